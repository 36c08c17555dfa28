import { systemRuntime } from '@latchkey/core'
import type { PasswordEvent } from '@latchkey/password'
import { describe, expect, it } from 'vitest'
import { createAppApiKeys } from './api-keys.ts'
import { createAppAuth } from './auth.ts'
import { openDatabase } from './database.ts'
import { createAppLogin } from './password-login.ts'
import { FAST_HASHER, ORIGIN, PASSWORD, SECRET } from './server.fixture.ts'
import { sqliteStores } from './stores/sqlite.ts'
import { createUsers } from './users.ts'

async function prepare() {
  const db = await openDatabase(':memory:')
  const stores = sqliteStores(db)
  const users = createUsers(db)
  const auth = createAppAuth({
    stores,
    users,
    apiKeys: createAppApiKeys(stores.tokens, systemRuntime),
    origin: ORIGIN,
    secret: SECRET,
    runtime: systemRuntime,
    onEvent: () => {},
  })
  const events: PasswordEvent[] = []
  const onEvent = (event: PasswordEvent): unknown => events.push(event)
  return { db, users, auth, events, onEvent }
}

describe('createAppLogin()', () => {
  it("hashes with Argon2id and OWASP's parameters unless told otherwise", async () => {
    const { db, ...parts } = await prepare()
    const { hasher } = createAppLogin(parts)
    expect(await hasher.hash(PASSWORD)).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
    await db.destroy()
  })

  it('looks an address up in its one form, and counts it in that form', async () => {
    const { db, events, ...parts } = await prepare()
    const { login } = createAppLogin({ ...parts, hasher: FAST_HASHER })
    const user = await parts.users.add('ada@example.com', await FAST_HASHER.hash(PASSWORD))
    const check = (email: string, password: string) => login.check({ login: email, password, address: '192.0.2.1' })
    expect(await check(' ADA@example.com', PASSWORD)).toMatchObject({ ok: true, subject: user?.id })
    for (const email of ['ada@example.com', 'Ada@example.com', ' ada@example.com ']) {
      for (let guess = 0; guess < 4; guess += 1) await check(email, 'wrong')
    }
    expect(events.filter(({ type }) => type === 'password_refused')).toHaveLength(10)
    expect(events.filter(({ type }) => type === 'password_throttled')).toHaveLength(2)
    await db.destroy()
  })

  it('takes a new password of 8 characters, and refuses a shorter one and the name of the application', async () => {
    const { db, ...parts } = await prepare()
    const { login } = createAppLogin({ ...parts, hasher: FAST_HASHER })
    const user = await parts.users.add('ada@example.com', await FAST_HASHER.hash(PASSWORD))
    const subject = user?.id ?? ''
    const change = (next: string) => login.changePassword({ subject, current: PASSWORD, next })
    expect(await change('tea pots'.slice(1))).toMatchObject({ ok: false, problem: 'too_short' })
    expect(await change('latchkey12')).toMatchObject({ ok: false, problem: 'context' })
    expect(await change('tea pots')).toEqual({ ok: true, revoked: 0 })
    await db.destroy()
  })
})
