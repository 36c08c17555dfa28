import { describe, expect, it } from 'vitest'
import { fetchJson, parseFetchUrl, readFetchUrl, type FetchResponse } from './json-fetch.ts'

function respond(
  chunks: readonly Uint8Array[],
  more: Partial<FetchResponse> = {},
): FetchResponse & { cancelled: boolean } {
  const rest = [...chunks]
  const response = {
    status: 200,
    redirected: false,
    headers: { get: (name: string) => (name === 'content-type' ? 'application/json; charset=utf-8' : null) },
    cancelled: false,
    body: {
      getReader: () => ({
        read: async () => ({ done: rest.length === 0, value: rest.shift() }),
        cancel: async () => {
          response.cancelled = true
        },
      }),
    },
    ...more,
  }
  return response
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const get = (response: FetchResponse, maxBytes = 100): Promise<unknown> =>
  fetchJson('https://a.example', { fetch: async () => response, maxBytes, signal: undefined })

describe('fetchJson()', () => {
  it('puts the chunks of a body together, wherever they part', async () => {
    const whole = bytes('{"name":"é"}')
    const response = respond(Array.from(whole, (byte) => Uint8Array.of(byte)))
    expect(await get(response)).toEqual({ name: 'é' })
    expect(response.cancelled).toBe(false)
  })

  it('asks for JSON, without redirects, and hands its signal on', async () => {
    const { signal } = new AbortController()
    let asked: unknown
    await fetchJson('https://a.example/', {
      maxBytes: 100,
      signal,
      fetch: async (url, init) => {
        asked = [url, init]
        return respond([bytes('{}')])
      },
    })
    const headers = { accept: 'application/json, application/jwk-set+json' }
    expect(asked).toEqual(['https://a.example/', { method: 'GET', redirect: 'error', headers, signal }])
  })

  it('stops at the limit, and cancels what is left', async () => {
    const response = respond(Array.from({ length: 1_000 }, () => new Uint8Array(64)))
    await expect(get(response)).rejects.toThrow('too large')
    expect(response.cancelled).toBe(true)
    expect(await get(respond([bytes('{}'.padEnd(100))]))).toEqual({})
    await expect(get(respond([bytes('{}'.padEnd(101))]))).rejects.toThrow('too large')
  })

  it('refuses an answer without a body', async () => {
    await expect(get(respond([], { body: null }))).rejects.toThrow('strict JSON')
  })
})

describe('parseFetchUrl()', () => {
  it.each([
    ['https://a.example/x', false, 'https://a.example/x'],
    ['https://A.example', false, 'https://a.example/'],
    ['http://127.0.0.1:80/x', true, 'http://127.0.0.1/x'],
    ['http://localhost:8080/x', true, 'http://localhost:8080/x'],
    ['http://[::1]/x', true, 'http://[::1]/x'],
    ['http://127.0.0.1/x', false, undefined],
    ['http://localhost.evil.example/x', true, undefined],
    ['http://a.example/x', true, undefined],
    ['https://user@a.example/x', true, undefined],
    ['ftp://a.example/x', true, undefined],
    ['data:application/json,{}', true, undefined],
    ['/x', true, undefined],
    ['', true, undefined],
    [1, true, undefined],
  ])('reads %j (loopback: %j) as %j', (value, loopback, url) => {
    expect(parseFetchUrl(value, loopback)).toBe(url)
  })
})

describe('readFetchUrl()', () => {
  it('names the option', () => {
    expect(readFetchUrl('jwksUri', 'https://a.example/x', false)).toBe('https://a.example/x')
    expect(() => readFetchUrl('jwksUri', 'x', false)).toThrow(expect.objectContaining({ option: 'jwksUri' }))
  })
})
