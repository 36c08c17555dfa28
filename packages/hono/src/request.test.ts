import { describe, expect, it } from 'vitest'
import { Hono } from 'hono'
import { isHandshake, parseBody, toAuthRequest } from './request.ts'

describe('toAuthRequest()', () => {
  it.each([
    ['http://localhost/', '/'],
    ['http://localhost', '/'],
    ['http://localhost?a=1', '/?a=1'],
    ['https://app.test:8443/a/b?c=//d', '/a/b?c=//d'],
    ['http://[::1]:80//x', '//x'],
  ])('gives path and query of %s', (url, target) => {
    expect(toAuthRequest(new Request(url)).url).toBe(target)
  })

  it('joins repeated lines with a comma, and cookie lines with a semicolon', () => {
    const headers = new Headers([
      ['Authorization', 'Bearer a'],
      ['Cookie', 'a=1'],
      ['AUTHORIZATION', 'Bearer b'],
      ['cookie', 'b=2'],
    ])
    const view = toAuthRequest(new Request('http://localhost/', { method: 'PURGE', headers }))
    expect(view.method).toBe('PURGE')
    expect(view.headers.get('authorization')).toBe('Bearer a, Bearer b')
    expect(view.headers.get('cookie')).toBe('a=1; b=2')
    expect(view.headers.get('origin')).toBeNull()
  })
})

describe('parseBody()', () => {
  const app = new Hono().post('/', async (c) => {
    const first: unknown = await parseBody(c).catch((error: unknown) => String(error))
    return c.json({ first, again: await c.req.text() })
  })
  const send = async (body: string, type: string) => {
    const response = await app.request('/', { method: 'POST', body, headers: { 'content-type': type } })
    return response.json()
  }

  it('reads JSON and forms, and leaves the body to the handler', async () => {
    expect(await send('{"a":1}', 'application/json')).toEqual({ first: { a: 1 }, again: '{"a":1}' })
    expect(await send('a=1&b=2', 'application/x-www-form-urlencoded')).toMatchObject({ first: { a: '1', b: '2' } })
    expect(await send('a=1', 'text/plain')).toEqual({ first: {}, again: 'a=1' })
  })

  it('rejects for JSON that is none', async () => {
    expect(await send('{', 'application/json')).toMatchObject({
      first: expect.stringContaining('SyntaxError') as string,
    })
  })
})

describe('isHandshake()', () => {
  const whole = {
    upgrade: 'websocket',
    connection: 'keep-alive, Upgrade',
    'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
  }
  const handshake = (headers: Record<string, string>, method = 'GET') =>
    isHandshake(new Request('http://localhost/', { method, headers }))

  it('knows the whole form alone', () => {
    expect(handshake(whole)).toBe(true)
    expect(handshake({ ...whole, upgrade: 'WebSocket' })).toBe(true)
    expect(handshake(whole, 'POST')).toBe(false)
    expect(handshake({ ...whole, upgrade: 'h2c' })).toBe(false)
    expect(handshake({ ...whole, connection: 'close' })).toBe(false)
    expect(handshake({ upgrade: 'websocket' })).toBe(false)
    expect(handshake({})).toBe(false)
  })
})
