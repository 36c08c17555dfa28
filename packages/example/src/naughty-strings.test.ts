import { readFileSync } from 'node:fs'
import { createLoginLimiter } from '@latchkey/password'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ADAPTERS } from './app.ts'
import { PASSWORD, startTestServer, type TestServer } from './server.fixture.ts'

const LISTED = JSON.parse(
  readFileSync(new URL('../vectors/naughty-strings/blns.json', import.meta.url), 'utf8'),
) as readonly string[]
const STRINGS = [...new Set([...LISTED, '\ud800', 'a\udc00b', '\0', 'a\0b', '\ufeff', '\u2028'])]

// All of it comes from one address.
const PATIENT = createLoginLimiter({ address: { attempts: 1_000_000, window: '15m' } })

describe.each(ADAPTERS)('hostile strings on %s', { timeout: 60_000 }, (adapter) => {
  let server: TestServer
  beforeEach(async () => {
    server = await startTestServer(adapter, { limiter: PATIENT })
  })
  afterEach(() => server.close())

  /** Sets the values, 50 to a session, and expects to read them back. */
  const expectKept = async (entries: readonly (readonly [key: string, value: string])[]): Promise<void> => {
    for (let from = 0; from < entries.length; from += 50) {
      const some = entries.slice(from, from + 50)
      let session: string | undefined
      for (const [key, value] of some) {
        const path = `/session/${encodeURIComponent(key)}`
        const { status, cookie = session } = await server.send('PUT', path, { cookie: session, json: { value } })
        expect(status).toBe(204)
        session = cookie
      }
      expect((await server.send('GET', '/session', { cookie: session })).json).toEqual(Object.fromEntries(some))
    }
  }

  it('come back equal from session values', async () => {
    await expectKept(STRINGS.map((value, index) => [`key${index}`, value]))
  })

  it('come back equal as session keys, or are refused', async () => {
    // A URL cannot carry a lone surrogate, nor these three as a part of a path.
    const keys = STRINGS.filter((key) => key.isWellFormed() && !['', '.', '..'].includes(key))
    await expectKept(keys.filter((key) => key.length <= 128).map((key) => [key, 'a']))
    for (const key of keys.filter((each) => each.length > 128)) {
      const { status } = await server.send('PUT', `/session/${encodeURIComponent(key)}`, { json: { value: 1 } })
      expect(status).toBe(422)
    }
  })

  it('come back equal from notes, or are refused', async () => {
    const { cookie } = await server.signUp()
    const kept: object[] = []
    for (const text of STRINGS) {
      const { status, json } = await server.send('POST', '/notes', { cookie, json: { title: text, text } })
      expect([201, 422]).toContain(status)
      if (status === 201) kept.push({ id: (json as { id: string }).id, title: text, text })
    }
    expect(kept.length).toBeGreaterThan(450)
    expect((await server.send('GET', '/notes', { cookie })).json).toEqual(expect.arrayContaining(kept))
  })

  it('never fail a registration or a login as e-mail address or password', async () => {
    // Each server takes a third of them: an account costs two requests, and the three parse bodies alike.
    const third = ADAPTERS.indexOf(adapter)
    for (const [index, text] of STRINGS.entries()) {
      if (index % ADAPTERS.length !== third) continue
      const asEmail = { email: text, password: PASSWORD }
      const asPassword = { email: `user${index}@example.com`, password: text }
      for (const json of [asEmail, asPassword]) {
        const registered = await server.send('POST', '/auth/register', { json })
        expect([201, 409, 422]).toContain(registered.status)
        const login = await server.send('POST', '/auth/login', { json })
        expect(registered.status === 422 ? [400, 401] : [200]).toContain(login.status)
      }
    }
  })
})
