import { describe, expect, it } from 'vitest'
import { resolveOriginPolicy, type OriginOptions } from './origin-policy.ts'

const OPTIONS = { origin: 'https://app.test', trustedOrigins: ['https://admin.test'] }
const SECURE = { needed: true, secure: true }

describe('resolveOriginPolicy()', () => {
  it('reads origins', () => {
    const policy = resolveOriginPolicy(OPTIONS, SECURE)
    expect([...policy.own, ...policy.trusted, policy.allowMissing]).toEqual([
      'https://app.test',
      'https://admin.test',
      false,
    ])
  })

  it('needs an origin only where a credential rides on a cookie', () => {
    expect(resolveOriginPolicy({ trustedOrigins: [] }, { needed: false, secure: true }).own.size).toBe(0)
  })

  it.each<[string | string[], string, boolean]>([
    ['https://app.test', 'app.test', true],
    ['https://a.app.test:8443', 'app.test', true],
    [['https://app.test', 'https://b.app.test'], 'app.test', true],
    [['https://app.test', 'https://other.test'], 'app.test', false],
    ['https://app.test', 'www.app.test', false],
    ['https://myapp.test', 'app.test', false],
    ['https://127.0.0.1', '0.0.1', false],
    ['https://127.0.0.1', '127.0.0.1', true],
  ])('holds that a browser at %j takes a cookie for the domain %s: %s', (origin, domain, taken) => {
    const resolve = () => resolveOriginPolicy({ origin, trustedOrigins: [] }, { ...SECURE, domain })
    if (taken) expect(resolve).not.toThrow()
    else expect(resolve).toThrow(expect.objectContaining({ code: 'ERR_CONFIG', option: 'cookie.domain' }))
  })

  it.each<[OriginOptions, boolean, string]>([
    [{ trustedOrigins: [] }, true, 'origin'],
    [{ ...OPTIONS, origin: 'http://app.test' }, true, 'origin'],
    [{ ...OPTIONS, trustedOrigins: 'https://admin.test' }, true, 'trustedOrigins'],
    [{ ...OPTIONS, insecureAllowMissingOrigin: 'yes' }, true, 'insecureAllowMissingOrigin'],
    [OPTIONS, false, 'cookie.insecurePlainHttp'],
  ])('refuses %j', (options, secure, option) => {
    expect(() => resolveOriginPolicy(options, { needed: true, secure })).toThrow(expect.objectContaining({ option }))
  })
})
