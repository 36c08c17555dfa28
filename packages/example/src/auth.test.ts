import { systemRuntime } from '@latchkey/core'
import { describe, expect, it } from 'vitest'
import { createAppApiKeys } from './api-keys.ts'
import { createAppAuth } from './auth.ts'
import { openDatabase } from './database.ts'
import { SECRET } from './server.fixture.ts'
import { sqliteStores } from './stores/sqlite.ts'
import { createUsers } from './users.ts'

async function cookieAt(origin: string): Promise<string> {
  const db = await openDatabase(':memory:')
  const stores = sqliteStores(db)
  const auth = createAppAuth({
    stores,
    users: createUsers(db),
    apiKeys: createAppApiKeys(stores.tokens, systemRuntime),
    origin,
    secret: SECRET,
    runtime: systemRuntime,
    onEvent: () => {},
  })
  let cookie = ''
  const sink = { open: true, setHeader() {}, setCookie: (_name: string, line: string) => void (cookie = line) }
  const context = auth.open({ method: 'POST', url: '/', headers: { get: () => null } }, sink)
  await auth.login(context, { subject: 'somebody', deliver: 'cookie' })
  await db.destroy()
  return cookie
}

describe('createAppAuth()', () => {
  it('sends the cookie over https alone, unless the origin is http', async () => {
    expect(await cookieAt('https://api.example.com')).toMatch(/^__Host-session=lks_.+; HttpOnly; Secure; SameSite=Lax$/)
    expect(await cookieAt('http://localhost:3000')).toMatch(/^session=lks_.+; HttpOnly; SameSite=Lax$/)
  })
})
