import { createMemoryTokenStore, systemRuntime } from '@latchkey/core'
import type { PasswordResetEvent, RateCounterOptions } from '@latchkey/password'
import { describe, expect, it, vi } from 'vitest'
import { createAppApiKeys } from './api-keys.ts'
import { createAppAuth } from './auth.ts'
import { openDatabase } from './database.ts'
import type { Mail } from './outbox.ts'
import { createAppReset, createResetLimiter } from './password-reset.ts'
import { FAST_HASHER, ORIGIN, PASSWORD, SECRET } from './server.fixture.ts'
import { sqliteStores } from './stores/sqlite.ts'
import { createUsers } from './users.ts'

async function prepare(sendMail: (mail: Mail) => Promise<void>) {
  const db = await openDatabase(':memory:')
  const [stores, users, runtime] = [sqliteStores(db), createUsers(db), systemRuntime]
  const apiKeys = createAppApiKeys(stores.tokens, runtime)
  const auth = createAppAuth({ stores, users, apiKeys, runtime, origin: ORIGIN, secret: SECRET, onEvent: () => {} })
  await users.add('ada@example.com', await FAST_HASHER.hash(PASSWORD))
  const events: PasswordResetEvent[] = []
  const onEvent = (event: PasswordResetEvent): unknown => events.push(event)
  const parts = { auth, users, hasher: FAST_HASHER, store: createMemoryTokenStore(), sendMail, runtime, onEvent }
  return { ...createAppReset(parts), events, close: () => db.destroy() }
}

describe('createAppReset()', () => {
  it('mails to the stored address a token that sets a password, but not one made of the address', async () => {
    const mails: Mail[] = []
    const { reset, close } = await prepare(async (mail) => void mails.push(mail))
    await reset.request(' ADA@example.com ')
    await vi.waitFor(() => expect(mails).toHaveLength(1))
    expect(mails[0]?.to).toBe('ada@example.com')
    const token = /^Token: (\S+)$/m.exec(mails[0]?.text ?? '')?.[1]
    expect(await reset.reset(token, 'ada@example.com')).toMatchObject({ problem: 'context' })
    expect(await reset.reset(token, 'tea pots')).toMatchObject({ ok: true })
    await close()
  })

  it('says in the log, and not to the client, that a mail could not be sent', async () => {
    const { reset, events, close } = await prepare(() => Promise.reject(new Error('disk full')))
    expect(await reset.request('ada@example.com')).toBeUndefined()
    await vi.waitFor(() => expect(events.at(-1)?.type).toBe('password_reset_send_failed'))
    await close()
  })
})

describe('createResetLimiter()', () => {
  it('lets one address be asked for five times, from wherever', async () => {
    const limiter = createResetLimiter()
    const answers: boolean[] = []
    for (let host = 1; host <= 6; host += 1) {
      answers.push((await limiter.reserve({ account: 'reset:a', address: `192.0.2.${host}` })).ok)
    }
    expect(answers).toEqual([true, true, true, true, true, false])
    expect((await limiter.reserve({ account: 'reset:b', address: '192.0.2.1' })).ok).toBe(true)
  })

  it('shares no counter with logins, also in one store', () => {
    const prefixes: string[] = []
    const record = ({ keyPrefix }: RateCounterOptions): never => {
      prefixes.push(keyPrefix)
      return undefined as never
    }
    createResetLimiter(record)
    expect(prefixes).toHaveLength(4)
    for (const prefix of prefixes) expect(prefix).toMatch(/^latchkey_reset_/)
  })
})
