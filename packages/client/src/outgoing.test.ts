import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { prepareRequest } from './outgoing.ts'

const API = 'https://api.test'
const config = { origins: new Set([API]), baseUrl: 'https://api.test/app/' }

describe('prepareRequest()', () => {
  it.each<[unknown, string]>([
    ['https://api.test/notes', 'https://api.test/notes'],
    ['/notes', 'https://api.test/notes'],
    ['notes', 'https://api.test/app/notes'],
    [new URL('https://api.test/notes?x=1'), 'https://api.test/notes?x=1'],
    ['HTTPS://API.test:443/notes', 'https://api.test/notes'],
  ])('sends the token to %s, resolved', (input, address) => {
    const [sent, init] = prepareRequest(input, {}, config)?.withToken('t') ?? []
    expect(sent).toBe(address)
    expect(new Headers(init?.headers as Headers).get('authorization')).toBe('Bearer t')
  })

  it.each<unknown>([
    'https://api.test.evil.example/notes',
    'https://api.test@evil.example/',
    'https://api.test:8443/',
    'http://api.test/',
    '//evil.example/',
    String.raw`\\evil.example/`,
    'https:\t//evil.example',
    'data:text/plain,x',
    'blob:https://api.test/1',
    'http://[',
    new Request('https://evil.example/'),
  ])('keeps the token from %s', (input) => {
    expect(prepareRequest(input, {}, { ...config, origins: new Set(['https://other.test', API]) })).toBeUndefined()
  })

  it('keeps it from every origin but the ones named', () => {
    fc.assert(
      fc.property(fc.oneof(fc.webUrl(), fc.string()), (input) => {
        const outgoing = prepareRequest(input, {}, { origins: new Set([API]), baseUrl: undefined })
        const [address] = outgoing?.withToken('t') ?? []
        expect(address === undefined || new URL(address as string).origin === API).toBe(true)
      }),
    )
  })

  it('leaves a request alone that has an Authorization of its own', () => {
    expect(prepareRequest('/notes', { headers: { Authorization: 'Basic eA==' } }, config)).toBeUndefined()
    const request = new Request(`${API}/notes`, { headers: { authorization: 'Bearer x' } })
    expect(prepareRequest(request, {}, config)).toBeUndefined()
  })

  it('keeps the other headers, of the options or else of the request', () => {
    const request = new Request(`${API}/notes`, { headers: { 'x-own': 'request' } })
    const headersOf = (init: { headers?: unknown }): Headers =>
      new Headers(prepareRequest(request, init, config)?.withToken('t')[1].headers as Headers)
    expect(headersOf({}).get('x-own')).toBe('request')
    expect(headersOf({ headers: [['x-own', 'options']] }).get('x-own')).toBe('options')
  })

  it('sends a request with a body twice, and goes without a token where there is none', async () => {
    const request = new Request(`${API}/notes`, { method: 'POST', body: 'text' })
    const outgoing = prepareRequest(request, {}, config)
    expect(outgoing?.isRepeatable).toBe(true)
    const sent = ['t', null].map((token) => outgoing?.withToken(token) ?? [])
    for (const [input, init] of sent)
      expect(await new Request(input as Request, init as RequestInit).text()).toBe('text')
    expect(sent.map(([, init]) => new Headers((init as RequestInit).headers).get('authorization'))).toEqual([
      'Bearer t',
      null,
    ])
  })

  it('knows that a stream can be sent but once', () => {
    const bodies = [new ReadableStream(), (async function* () {})()]
    for (const body of bodies) expect(prepareRequest('/notes', { body }, config)?.isRepeatable).toBe(false)
    for (const body of ['text', new URLSearchParams(), new FormData(), new Uint8Array(1), null, undefined]) {
      expect(prepareRequest('/notes', { body }, config)?.isRepeatable).toBe(true)
    }
  })

  it('finds the signal that gives the request up', () => {
    const { signal } = new AbortController()
    expect(prepareRequest('/notes', { signal }, config)?.signal).toBe(signal)
    const request = new Request(`${API}/notes`, { signal })
    expect(prepareRequest(request, {}, config)?.signal).toBe(request.signal)
  })
})
