import { once } from 'node:events'
import { connect } from 'node:net'
import { beforeEach, expect, it } from 'vitest'
import { headersThatMatter, PASSWORD, type Sending, type TestServer } from './server.fixture.ts'
import { describeServers } from './variants.fixture.ts'

describeServers('the API', (running) => {
  let server: TestServer
  beforeEach(() => {
    server = running()
  })

  const register = (body: Sending['body'], headers: Record<string, string> = {}) =>
    server.send('POST', '/auth/register', { ...(body === undefined ? {} : { body }), headers })

  it('answers /healthz', async () => {
    expect(await server.send('GET', '/healthz')).toMatchObject({ status: 200, json: { status: 'ok' } })
  })

  it.each([
    '/',
    '/nothing',
    '/me/',
    '/ME',
    '/notes/1/2',
    '/session/',
    '/__proto__',
    '/auth',
    '/healthz/x',
    '/*',
    '/notes/a%2Fb/c',
  ])('knows no %s', async (path) => {
    for (const method of ['GET', 'POST', 'OPTIONS']) {
      expect(await server.send(method, path)).toMatchObject({ status: 404, json: { error: 'not_found' } })
    }
  })

  it('ignores the query, also a repeated one', async () => {
    expect((await server.send('GET', '/healthz?a=1&a=2&a[b]=3&%')).status).toBe(200)
  })

  it.each(['/session/%', '/session/%zz', '/notes/%C3%28', '/%E0%A4%A'])('refuses the broken path %s', async (path) => {
    for (const method of ['GET', 'PUT', 'DELETE']) {
      expect(await server.send(method, path)).toMatchObject({ status: 400, json: { error: 'invalid_path' } })
    }
  })

  it.each(['{', 'not json', "{'a':1}", '{"email":"a@b.c",}', '\u0000', '{"a":1}{"b":2}'])(
    'answers the body %j with 400',
    async (body) => {
      expect(await register(body)).toMatchObject({ status: 400, json: { error: 'invalid_json' } })
    },
  )

  it.each(['', 'null', '1e999', '"text"', '[]', '[{"email":"a@b.c"}]', '{}', '{"__proto__":{"email":"a@b.c"}}'])(
    'answers the body %j with 422',
    async (body) => {
      expect(await register(body)).toMatchObject({
        status: 422,
        json: { error: 'invalid_request', fields: ['email', 'password'] },
      })
    },
  )

  it.each([
    { 'content-type': 'text/plain' },
    { 'content-type': 'application/x-www-form-urlencoded' },
    { 'content-type': 'application/json; charset=utf-16' },
    { 'content-type': '' },
    { 'content-encoding': 'gzip' },
  ])('answers a body described as %j with 415', async (headers) => {
    expect(await register('{}', headers)).toMatchObject({ status: 415, json: { error: 'unsupported_media_type' } })
  })

  it('takes a body with a byte order mark, and replaces bytes that are no UTF-8', async () => {
    const account = JSON.stringify({ email: 'ada@example.com', password: PASSWORD })
    expect((await register(`\ufeff${account}`, { 'content-type': 'application/json;charset=UTF-8' })).status).toBe(201)
    expect((await register(new Uint8Array([0x22, 0xff, 0x22]))).status).toBe(422)
  })

  it('answers a body over 64 KiB with 413, and takes one of just 64 KiB', async () => {
    const sized = (size: number) => JSON.stringify({ filling: 'a'.repeat(size - 14) })
    expect(sized(65_536)).toHaveLength(65_536)
    expect((await register(sized(65_536))).status).toBe(422)
    expect(await register(sized(65_537))).toMatchObject({ status: 413, json: { error: 'body_too_large' } })
    expect((await register(streamOf(sized(65_536)))).status).toBe(422)
    expect(await register(streamOf(sized(200_000)))).toMatchObject({ status: 413, json: { error: 'body_too_large' } })
  })

  it('guards a route before it reads the body', async () => {
    expect((await server.send('POST', '/notes', { body: '{' })).status).toBe(401)
    expect((await server.send('POST', '/notes', { body: 'a'.repeat(70_000) })).status).toBe(401)
  })

  it('goes on after a client that leaves in the middle of a body', async () => {
    const socket = connect(server.port, '127.0.0.1')
    await once(socket, 'connect')
    socket.write(
      'POST /auth/register HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{',
    )
    await server.send('GET', '/healthz')
    socket.destroy()
    expect((await server.send('GET', '/healthz')).status).toBe(200)
  })

  const ROUTES = [
    ['/healthz', 'GET, HEAD, OPTIONS'],
    ['/auth/register', 'POST, OPTIONS'],
    ['/auth/login', 'POST, OPTIONS'],
    ['/auth/logout', 'POST, OPTIONS'],
    ['/auth/token', 'POST, OPTIONS'],
    ['/auth/password/forgot', 'POST, OPTIONS'],
    ['/auth/password/reset', 'POST, OPTIONS'],
    ['/me', 'GET, HEAD, OPTIONS'],
    ['/me/api-keys', 'GET, HEAD, POST, DELETE, OPTIONS'],
    ['/me/api-keys/1', 'DELETE, OPTIONS'],
    ['/me/password', 'PUT, OPTIONS'],
    ['/session', 'GET, HEAD, OPTIONS'],
    ['/session/theme', 'PUT, DELETE, OPTIONS'],
    ['/auth/sessions', 'GET, HEAD, DELETE, OPTIONS'],
    ['/auth/sessions/1', 'DELETE, OPTIONS'],
    ['/notes', 'GET, HEAD, POST, OPTIONS'],
    ['/notes/1', 'GET, HEAD, PUT, DELETE, OPTIONS'],
  ] as const

  it.each(ROUTES)('tells the methods of %s', async (path, allow) => {
    for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND']) {
      const { status, headers, text } = await server.send(method, path)
      if (method === 'OPTIONS') expect([status, text]).toEqual([204, ''])
      else if (allow.split(', ').includes(method)) expect(status).not.toBe(405)
      else expect(status).toBe(405)
      expect(headers.get('allow')).toBe(status === 405 || method === 'OPTIONS' ? allow : null)
    }
  })

  it('answers HEAD like GET, without the body', async () => {
    const { cookie } = await server.signUp()
    for (const path of ['/healthz', '/me', '/session', '/auth/sessions', '/me/api-keys', '/notes', '/notes/1']) {
      for (const sending of [{}, { cookie }]) {
        const get = await server.send('GET', path, sending)
        const head = await server.send('HEAD', path, sending)
        expect([head.status, head.text]).toEqual([get.status, ''])
        expect(headersThatMatter(head)).toEqual(headersThatMatter(get))
      }
    }
  })

  it('logs the life of a session, and no secret', async () => {
    const { cookie, id } = await server.signUp()
    await server.send('POST', '/auth/logout', { cookie })
    expect(server.entries).toEqual([
      { type: 'password_accepted', subject: id },
      { type: 'session_created', sessionId: expect.any(String), subject: id },
      { type: 'session_destroyed', sessionId: expect.any(String), subject: id },
    ])
    expect(JSON.stringify(server.entries)).not.toContain(cookie.split('.').at(-1))
  })
})

function streamOf(text: string): ReadableStream<Uint8Array> {
  const bytes = new TextEncoder().encode(text)
  let at = 0
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.length) return controller.close()
      controller.enqueue(bytes.subarray(at, at + 10_000))
      at += 10_000
    },
  })
}
