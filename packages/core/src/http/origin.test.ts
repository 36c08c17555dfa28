import { describe, expect, it } from 'vitest'
import { ConfigError } from '../faults.ts'
import { decideOrigin, mayChangeState, parseOrigins } from './origin.ts'

const policy = {
  own: new Set(['https://app.test', 'https://www.app.test']),
  trusted: new Set(['https://partner.test']),
  allowMissing: false,
}

function headers(fields: Record<string, string>) {
  return { get: (name: string) => fields[name] ?? null }
}

describe('decideOrigin()', () => {
  it.each([
    [{ origin: 'https://app.test' }, 'same'],
    [{ origin: 'https://app.test', 'sec-fetch-site': 'same-origin' }, 'same'],
    [{ 'sec-fetch-site': 'same-origin' }, 'same'],
    [{ referer: 'https://app.test/page?x=1' }, 'same'],
    [{ origin: 'https://partner.test' }, 'same'],
    [{ origin: 'https://partner.test', 'sec-fetch-site': 'cross-site' }, 'same'],
    [{ referer: 'https://partner.test/' }, 'same'],
    [{}, 'missing'],
    // A browser names the site of its page truthfully: another of our own origins is another origin.
    [{ origin: 'https://www.app.test', 'sec-fetch-site': 'same-site' }, 'cross'],
    [{ origin: 'https://app.test', 'sec-fetch-site': 'cross-site' }, 'cross'],
    [{ origin: 'https://app.test', 'sec-fetch-site': 'none' }, 'cross'],
    [{ 'sec-fetch-site': 'same-site' }, 'cross'],
    [{ 'sec-fetch-site': 'cross-site', referer: 'https://app.test/' }, 'cross'],
    [{ 'sec-fetch-site': 'none' }, 'cross'],
    [{ 'sec-fetch-site': 'Same-Origin' }, 'cross'],
    [{ 'sec-fetch-site': 'same-origin, cross-site' }, 'cross'],
    [{ origin: 'https://evil.test', 'sec-fetch-site': 'same-origin' }, 'cross'],
    [{ origin: 'https://evil.test', referer: 'https://app.test/' }, 'cross'],
    [{ referer: 'https://evil.test/?https://app.test/' }, 'cross'],
    [{ referer: 'https://app.test.evil.test/' }, 'cross'],
    [{ referer: 'https://app.test@evil.test/' }, 'cross'],
    [{ referer: 'not a url' }, 'cross'],
    [{ referer: '' }, 'cross'],
  ])('takes %j for %s', (fields, decision) => {
    expect(decideOrigin(headers(fields), policy)).toBe(decision)
  })

  it.each([
    'null',
    '',
    'https://app.test.evil.test',
    'https://evilapp.test',
    'https://app.test@evil.test',
    'http://app.test',
    'HTTPS://APP.TEST',
    'https://app.test/',
    'https://app.test/x',
    ' https://app.test',
    'https://app.test, https://evil.test',
    'https://\u0430pp.test',
    'https://app.test:443',
    'https://app.test.',
    'https://[::1]',
    'chrome-extension://abc',
    'javascript:alert(1)',
  ])('refuses the origin %j', (origin) => {
    expect(decideOrigin(headers({ origin }), policy)).toBe('cross')
  })

  it('never believes the Host header', () => {
    expect(
      decideOrigin(
        headers({ origin: 'https://evil.test', host: 'evil.test', 'x-forwarded-host': 'evil.test' }),
        policy,
      ),
    ).toBe('cross')
  })

  it('opens to clients that say nothing only when told so', () => {
    expect(decideOrigin(headers({}), { ...policy, allowMissing: true })).toBe('same')
    expect(decideOrigin(headers({ origin: 'null' }), { ...policy, allowMissing: true })).toBe('cross')
  })
})

describe('mayChangeState()', () => {
  it.each(['GET', 'HEAD', 'OPTIONS'])('admits %s', (method) => {
    expect(mayChangeState({ method, headers: headers({}) })).toBe(false)
  })

  it.each(['POST', 'PUT', 'PATCH', 'DELETE', 'PROPFIND', 'CONNECT', 'TRACE', 'get', 'Head', ''])(
    'suspects %j',
    (method) => {
      expect(mayChangeState({ method, headers: headers({ 'x-http-method-override': 'GET' }) })).toBe(true)
    },
  )

  it.each(['websocket', 'WebSocket'])('suspects a handshake for %s', (upgrade) => {
    expect(mayChangeState({ method: 'GET', headers: headers({ upgrade }) })).toBe(true)
  })
})

describe('parseOrigins()', () => {
  it('reads one or many', () => {
    expect(parseOrigins('origin', 'https://app.test', { insecure: false })).toEqual(new Set(['https://app.test']))
    expect(parseOrigins('origin', ['https://a.test', 'https://b.test:8443'], { insecure: false })).toEqual(
      new Set(['https://a.test', 'https://b.test:8443']),
    )
  })

  it.each([
    '',
    'app.test',
    'https://app.test/',
    'https://App.test',
    'https://app.test:443',
    'https://*.app.test/x',
    'null',
    'http://app.test',
    'file:///x',
    /x/,
    null,
    1,
    [],
  ])('refuses %s', (value) => {
    expect(() => parseOrigins('origin', value, { insecure: false })).toThrow(ConfigError)
  })

  it('admits plain http only where the cookie does', () => {
    expect(parseOrigins('origin', 'http://localhost:3000', { insecure: true })).toEqual(
      new Set(['http://localhost:3000']),
    )
    expect(() => parseOrigins('origin', 'ftp://localhost', { insecure: true })).toThrow(ConfigError)
  })
})
