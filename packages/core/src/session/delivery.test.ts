import { createTestRuntime, TEST_SECRETS } from '@latchkey/testing'
import { describe, expect, it } from 'vitest'
import { UsageError } from '../faults.ts'
import { createMemorySessionStore } from '../memory/session-store.ts'
import { createRootSecrets } from '../secrets.ts'
import { createAnonymous, createDelivered } from './delivery.ts'
import { storedSessions } from './stored.ts'
import type { SessionInit } from './strategy.ts'

const INIT: SessionInit = {
  carrier: 'cookie',
  subject: 'user-1',
  scopes: [],
  authenticatedAt: 1,
  amr: [],
  acr: null,
  epoch: 0,
  label: null,
  data: {},
}

function setUp() {
  const ground = {
    secrets: createRootSecrets(TEST_SECRETS),
    runtime: createTestRuntime(),
    emit: () => {},
    cookie: { name: '__Host-session', capacity: 4_000 },
  }
  const engine = storedSessions(createMemorySessionStore()).bind(ground)
  const jar: string[] = []
  const carrier = {
    open: true,
    refusal: () => new UsageError('headers_sent', 'Too late'),
    issue: (_: unknown, credential: string) => void jar.push(credential),
    clear: () => {},
  }
  return { engine, carrier, jar }
}

describe('createDelivered()', () => {
  it('makes the new session, ends the old one, and then hands out the credential', async () => {
    const { engine, carrier, jar } = setUp()
    const old = await createDelivered(INIT, null, { engine, carrier, userAgent: null })
    if (old === 'cut_off') throw new Error('cut off')
    const next = await createDelivered(INIT, old, { engine, carrier, userAgent: null })
    expect(next).not.toBe('cut_off')
    expect((await engine.load(jar[0] ?? '')).status).toBe('unknown')
    expect((await engine.load(jar[1] ?? '')).status).toBe('live')
  })

  it('leaves the old session alone when the new one is cut off', async () => {
    const { engine, carrier, jar } = setUp()
    const old = await createDelivered({ ...INIT, subject: 'user-2' }, null, { engine, carrier, userAgent: null })
    await engine.revokeAll('user-1', undefined)
    expect(await createDelivered(INIT, old === 'cut_off' ? null : old, { engine, carrier, userAgent: null })).toBe(
      'cut_off',
    )
    expect(jar).toHaveLength(1)
    expect((await engine.load(jar[0] ?? '')).status).toBe('live')
  })

  it('stores nothing for a client that cannot be reached', async () => {
    const { engine, carrier } = setUp()
    carrier.open = false
    await expect(createDelivered(INIT, null, { engine, carrier, userAgent: null })).rejects.toThrow(
      expect.objectContaining({ reason: 'headers_sent' }),
    )
    expect(await engine.list('user-1')).toEqual([])
  })
})

describe('createAnonymous()', () => {
  it('makes a session that is nobody\u2019s', async () => {
    const { engine, carrier, jar } = setUp()
    const record = await createAnonymous({ cart: [1] }, { engine, carrier, userAgent: null })
    expect(record).toMatchObject({ subject: null, authenticatedAt: null, scopes: [], data: { cart: [1] } })
    expect((await engine.load(jar[0] ?? '')).status).toBe('live')
  })
})
