import { describe, expect, it } from 'vitest'
import { ADAPTERS, type Adapter } from './app.ts'
import { headersThatMatter, PASSWORD, shapeOf, startTestServer, type Sending } from './server.fixture.ts'

describe('the three adapters', () => {
  it('21. answer one scenario alike, with the same headers and cookies', async () => {
    const [hono, ...others] = await Promise.all(ADAPTERS.map(runScenario))
    expect(hono).toHaveLength(SCENARIO.length)
    for (const other of others) expect(other).toEqual(hono)
  })
})

const ACCOUNT = { email: 'ada@example.com', password: PASSWORD }
const ELSEWHERE = { headers: { origin: 'https://evil.example' } }
type Step = (state: {
  cookie: string
  token: string
  key: string
  noteId: string
}) => [method: string, path: string, sending?: Sending]
const SCENARIO: readonly Step[] = [
  () => ['GET', '/me'],
  () => ['GET', '/me', { headers: { authorization: 'Basic YTpi' } }],
  () => ['GET', '/me', { headers: { authorization: 'Bearer' } }],
  () => ['GET', '/me', { token: 'a.b.c' }],
  () => ['GET', '/me', { token: 'a, Bearer b' }],
  () => ['POST', '/auth/register', { json: ACCOUNT }],
  () => ['POST', '/auth/register', { json: ACCOUNT }],
  () => ['POST', '/auth/register', { json: {} }],
  () => ['POST', '/auth/register', { body: '{' }],
  () => ['POST', '/auth/login', { json: { ...ACCOUNT, password: 'wrong' } }],
  () => ['POST', '/auth/login', { json: ACCOUNT, ...ELSEWHERE }],
  () => ['POST', '/auth/login', { json: ACCOUNT }],
  ({ cookie }) => ['GET', '/me', { cookie }],
  ({ cookie }) => ['HEAD', '/me', { cookie }],
  ({ cookie }) => ['GET', '/me', { cookie: `${cookie}x` }],
  ({ cookie }) => ['GET', '/me', { cookie: `${cookie}; ${cookie}x` }],
  ({ cookie }) => ['GET', '/session', { cookie: `${cookie}x` }],
  ({ cookie }) => ['PUT', '/session/theme', { cookie, json: { value: 'dark' } }],
  ({ cookie }) => ['PUT', '/session/theme', { cookie, json: { value: 'dark' }, ...ELSEWHERE }],
  ({ cookie }) => ['PUT', '/session/theme', { headers: { cookie }, json: { value: 'dark' } }],
  ({ cookie }) => ['PUT', '/session/__proto__', { cookie, json: { value: 1 } }],
  ({ cookie }) => ['GET', '/session', { cookie }],
  ({ cookie }) => ['DELETE', '/session/theme', { cookie }],
  ({ cookie }) => ['GET', '/auth/sessions', { cookie }],
  () => ['POST', '/auth/login', { json: {} }],
  () => ['POST', '/auth/register', { json: { ...ACCOUNT, password: 'short' } }],
  () => ['PUT', '/me/password', { json: {} }],
  ({ cookie }) => ['PUT', '/me/password', { cookie, json: {} }],
  ({ cookie }) => ['PUT', '/me/password', { cookie, json: { current: 'wrong', new: 'blue teapots sing' } }],
  ({ cookie }) => ['PUT', '/me/password', { cookie, json: { current: PASSWORD, new: PASSWORD } }],
  () => ['POST', '/auth/password/forgot', { json: { email: ACCOUNT.email } }],
  () => ['POST', '/auth/password/forgot', { json: {} }],
  () => ['POST', '/auth/password/forgot', { json: { email: ACCOUNT.email }, ...ELSEWHERE }],
  () => ['POST', '/auth/password/reset', { json: { token: 'nonsense', password: 'blue teapots sing' } }],
  () => ['POST', '/auth/password/reset', { json: {} }],
  ({ cookie }) => ['POST', '/me/api-keys', { cookie, json: {} }],
  ({ cookie }) => ['POST', '/me/api-keys', { cookie, json: { label: 'CI', scopes: ['notes:read'] } }],
  ({ cookie }) => ['GET', '/me/api-keys', { cookie }],
  ({ key }) => ['GET', '/notes', { token: key }],
  ({ key }) => ['POST', '/notes', { token: key, json: { title: 'First' } }],
  ({ key }) => ['GET', '/me/api-keys', { token: key }],
  ({ key }) => ['GET', '/notes', { token: `${key}x` }],
  ({ key, cookie }) => ['GET', '/notes', { token: key, cookie }],
  ({ cookie }) => ['DELETE', '/me/api-keys/1', { cookie }],
  ({ cookie }) => ['DELETE', '/me/api-keys', { cookie }],
  ({ key }) => ['GET', '/notes', { token: key }],
  () => ['POST', '/auth/token', { json: ACCOUNT }],
  () => ['POST', '/auth/token', { json: { ...ACCOUNT, password: 'wrong' } }],
  () => ['POST', '/auth/refresh', { json: { refresh_token: 'nonsense' } }],
  () => ['POST', '/auth/refresh', { json: {} }],
  () => ['POST', '/auth/revoke', { json: { token: 'nonsense' } }],
  () => ['GET', '/auth/refresh', {}],
  ({ token }) => ['GET', '/me', { token }],
  ({ token }) => ['GET', '/me', { token: `${token}x` }],
  ({ token, cookie }) => ['GET', '/me', { token, cookie }],
  ({ token }) => ['GET', '/session', { token }],
  ({ token }) => ['POST', '/notes', { token, json: { title: 'First', text: 'It works' } }],
  ({ cookie, noteId }) => ['GET', `/notes/${noteId}`, { cookie }],
  ({ cookie, noteId }) => ['PUT', `/notes/${noteId}`, { cookie, json: { title: 'Second' } }],
  ({ cookie }) => ['GET', '/notes', { cookie }],
  ({ cookie }) => ['GET', '/notes/1', { cookie }],
  ({ cookie, noteId }) => ['DELETE', `/notes/${noteId}`, { cookie }],
  ({ cookie }) => ['DELETE', '/auth/sessions', { cookie }],
  ({ cookie }) => ['POST', '/auth/logout', { cookie }],
  ({ cookie }) => ['GET', '/me', { cookie }],
  () => ['OPTIONS', '/notes'],
  () => ['PATCH', '/notes'],
  () => ['GET', '/nothing'],
  () => ['GET', '/session/%zz'],
  () => ['POST', '/auth/login', { body: 'a=b', headers: { 'content-type': 'text/plain' } }],
  () => ['POST', '/auth/login', { body: 'a'.repeat(70_000) }],
]

/** What each step was answered, with ids, tokens and secrets by their shape alone. */
async function runScenario(adapter: Adapter): Promise<object[]> {
  const server = await startTestServer(adapter)
  const state = { cookie: '', token: '', key: '', noteId: '' }
  const answers: object[] = []
  for (const step of SCENARIO) {
    const [method, path, sending] = step(state)
    const received = await server.send(method, path, sending)
    const { access_token: token, key } = (received.json ?? {}) as { access_token?: string; key?: string }
    if (path !== '/auth/logout' && received.status < 300 && received.cookie?.endsWith('=') === false)
      state.cookie = received.cookie
    if (token !== undefined) state.token = token
    if (key !== undefined) state.key = key
    if (received.status === 201) state.noteId = (received.json as { id: string }).id
    answers.push({
      step: `${method} ${shapeOf(path)}`,
      status: received.status,
      body: shapeOf(received.text),
      headers: headersThatMatter(received),
    })
  }
  await server.close()
  return answers
}
