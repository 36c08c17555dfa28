import { createTestRuntime } from '@latchkey/testing'
import { describe, expect, it } from 'vitest'
import type { AuthEvent } from '../events.ts'
import { createMemorySessionStore } from '../memory/session-store.ts'
import type { StoreCall } from '../ports.ts'
import { createRootSecrets, type Secrets } from '../secrets.ts'
import { storedSessions, type StoredSessionOptions } from './stored.ts'
import type { SessionEngine, SessionInit } from './strategy.ts'

const OLD = 'z3Qp7Xv1LkT9wYb5RnC2dGh8JmF4sA6uEo0iHqBxVtM'
const NEW = 'Wq8ZtR4mKc1HvN7xYp2LbS6dJf9GaE3uTi5oXe0PnBk'
const init: SessionInit = {
  carrier: 'cookie',
  subject: 'user-1',
  scopes: ['a'],
  authenticatedAt: 1,
  amr: ['pwd'],
  acr: null,
  epoch: 0,
  label: null,
  data: { n: 1 },
}

function setUp(options: StoredSessionOptions = {}) {
  const store = createMemorySessionStore()
  const runtime = createTestRuntime()
  const events: AuthEvent[] = []
  const bind = (secrets: Secrets, signWith?: number, opts = options): SessionEngine =>
    storedSessions(store, opts).bind({
      secrets: createRootSecrets(secrets, signWith),
      runtime,
      emit: (event) => events.push(event),
      cookie: { name: '__Host-session', capacity: 4_000 },
    })
  return { store, runtime, events, bind, engine: bind({ 1: OLD }) }
}

async function begin(engine: SessionEngine, changes: Partial<SessionInit> = {}) {
  const record = await engine.create({ ...init, ...changes })
  if (record === 'cut_off') throw new Error('cut off')
  return { record, credential: await engine.credentialOf(record) }
}

describe('storedSessions(): timeouts', () => {
  it.each<[StoredSessionOptions, number, number]>([
    [{}, 7 * 86_400_000, 30 * 86_400_000],
    [{ preset: 'strict' }, 3_600_000, 86_400_000],
    [{ preset: 'strict', absoluteTimeout: '12h' }, 3_600_000, 43_200_000],
  ])('gives sessions of %j their ends', async (options, idle, absolute) => {
    const { engine, runtime } = setUp(options)
    const { record } = await begin(engine)
    expect([record.idleExpiresAt - runtime.now(), record.absoluteExpiresAt - runtime.now()]).toEqual([idle, absolute])
  })
})

describe('SessionEngine.load()', () => {
  it('finds the record behind a credential', async () => {
    const { engine } = setUp()
    const { record, credential } = await begin(engine)
    expect(await engine.load(credential)).toEqual({ status: 'live', record, renewal: undefined })
  })

  it('knows nothing of a destroyed, expired or cut-off session', async () => {
    const { engine, runtime } = setUp()
    const [one, two, three] = [
      await begin(engine),
      await begin(engine, { subject: 'user-2' }),
      await begin(engine, { subject: 'user-3' }),
    ]
    await engine.destroy(one.record)
    await engine.revokeAll('user-2', undefined)
    expect(await engine.load(one.credential)).toEqual({ status: 'unknown' })
    expect(await engine.load(two.credential)).toEqual({ status: 'unknown' })
    runtime.advance('7d')
    expect(await engine.load(three.credential)).toEqual({ status: 'unknown' })
  })

  it('applies a stricter policy to sessions from before, and says so', async () => {
    const { engine, bind, runtime, events } = setUp()
    const { record, credential } = await begin(engine)
    runtime.advance('2h')
    const strict = bind({ 1: OLD }, undefined, { preset: 'strict' })
    expect(await strict.load(credential)).toEqual({ status: 'expired', record })
    expect(events.at(-1)).toEqual({ type: 'session_expired', sessionId: record.id, reason: 'idle' })
    expect(await strict.reload(record)).toBeNull()
    expect(await strict.list('user-1')).toEqual([])
  })

  it('refuses the genuine credential of a generation that is not current', async () => {
    const { engine, store, runtime, events } = setUp()
    const { record, credential } = await begin(engine)
    await store.update(record.id, 0, { generation: 1 }, { now: runtime.now() })
    expect(await engine.load(credential)).toEqual({ status: 'unknown' })
    expect(events.at(-1)).toMatchObject({ type: 'suspicious', reason: 'credential_mismatch' })
  })
})

describe('SessionEngine.load(): carriers', () => {
  it('does not take the genuine credential of another carrier for a cookie', async () => {
    const { engine } = setUp()
    const { credential } = await begin(engine, { carrier: 'refresh' })
    expect(credential).toMatch(/^lkr_/)
    expect(await engine.load(credential)).toEqual({ status: 'unknown' })
  })
})

describe('SessionEngine: root secrets', () => {
  it('accepts sessions of an older secret, and signs new ones with the highest', async () => {
    const { engine, bind } = setUp()
    const { credential } = await begin(engine)
    const next = bind({ 1: OLD, 2: NEW })
    expect((await next.load(credential)).status).toBe('live')
    expect((await begin(next)).record.keyId).toBe(2)
    expect((await begin(bind({ 1: OLD, 2: NEW }, 1))).record.keyId).toBe(1)
  })

  it('takes a secret above its ring for a newer process\u2019s: 503, and never "logged out"', async () => {
    const { engine, bind } = setUp()
    const { record, credential } = await begin(bind({ 1: OLD, 2: NEW }))
    await expect(engine.load(credential)).rejects.toThrow(expect.objectContaining({ code: 'ERR_UNAVAILABLE' }))
    await expect(engine.reload(record)).rejects.toThrow(expect.objectContaining({ code: 'ERR_UNAVAILABLE' }))
  })

  it('knows no session of a retired secret', async () => {
    const { engine, bind } = setUp()
    const { credential } = await begin(engine)
    expect(await bind({ 2: NEW }).load(credential)).toEqual({ status: 'unknown' })
  })

  it('moves a session to the newest secret when it rotates', async () => {
    const { engine, bind } = setUp()
    const { record } = await begin(engine)
    const next = bind({ 1: OLD, 2: NEW })
    const rotated = await next.rotate(record, { amr: ['pwd', 'otp'] })
    expect(rotated).toMatchObject({
      ok: true,
      record: { id: record.id, keyId: 2, amr: ['pwd', 'otp'], version: 1, data: { n: 1 } },
    })
    expect(rotated.ok && rotated.record.salt).not.toBe(record.salt)
    expect(await next.rotate(record, {})).toEqual({ ok: false, why: 'conflict' })
  })
})

describe('SessionEngine.create()', () => {
  it('takes another id when one is in use, and never anybody\u2019s session', async () => {
    const { engine, runtime, bind } = setUp()
    const { record, credential } = await begin(engine)
    const bytes = runtime.randomBytes
    let repeated = false
    runtime.randomBytes = (length) => {
      if (length !== 16 || repeated) return bytes(length)
      repeated = true
      return new Uint8Array(Buffer.from(record.id, 'hex'))
    }
    const second = await begin(bind({ 1: OLD }), { subject: 'user-2' })
    expect(repeated).toBe(true)
    expect(second.record.id).not.toBe(record.id)
    expect(await engine.load(credential)).toMatchObject({ status: 'live', record: { subject: 'user-1' } })
  })

  it('gives up where randomness repeats itself', async () => {
    const { runtime, bind } = setUp()
    runtime.randomBytes = (length) => new Uint8Array(length)
    const engine = bind({ 1: OLD })
    await engine.create(init)
    await expect(engine.create(init)).rejects.toThrow(expect.objectContaining({ code: 'ERR_UNAVAILABLE' }))
  })

  it('is refused below the subject\u2019s epoch', async () => {
    const { engine } = setUp()
    await engine.revokeAll('user-1', undefined)
    expect(await engine.create(init)).toBe('cut_off')
    expect(await engine.create({ ...init, epoch: await engine.epochOf('user-1') })).toMatchObject({ subject: 'user-1' })
  })

  it('refuses values over the limit before anything is stored', async () => {
    const { engine, events } = setUp({ maxDataSize: 5 })
    await expect(engine.create(init)).rejects.toThrow(expect.objectContaining({ reason: 'session_too_large' }))
    expect(events).toEqual([])
  })
})

describe('SessionEngine.renew()', () => {
  it('moves the end on without a conflict for writers', async () => {
    const { engine, runtime } = setUp()
    const { record, credential } = await begin(engine)
    runtime.advance('1h')
    const loaded = await engine.load(credential)
    if (loaded.status !== 'live' || loaded.renewal === undefined) throw new Error('not due')
    expect(await engine.renew(record, loaded.renewal)).toEqual({ record: { ...record, ...loaded.renewal }, send: true })
    expect(await engine.write(record, { data: { n: 2 } })).toMatchObject({ ok: true })
    await engine.destroy(record)
    expect(await engine.renew(record, loaded.renewal)).toBeNull()
  })
})

describe('SessionEngine.revoke()', () => {
  it('ends one session of a subject', async () => {
    const { engine } = setUp()
    const [one, two] = [await begin(engine), await begin(engine)]
    expect(await engine.revoke('user-1', one.record.id)).toBe(true)
    expect(await engine.revoke('user-1', one.record.id)).toBe(false)
    expect((await engine.list('user-1')).map((session) => session.id)).toEqual([two.record.id])
  })

  it.each(['', 'nonsense', '*', `${'0'.repeat(31)}G`])('asks no store about %j', async (id) => {
    const { engine } = setUp()
    expect(await engine.revoke('user-1', id)).toBe(false)
  })

  it('does not end another subject\u2019s session', async () => {
    const { engine } = setUp()
    const { record, credential } = await begin(engine, { subject: 'user-2' })
    expect(await engine.revoke('user-1', record.id)).toBe(false)
    expect((await engine.load(credential)).status).toBe('live')
  })

  it('does not end a session that nobody logged in to', async () => {
    const { engine } = setUp()
    const { record } = await begin(engine, { subject: null })
    expect(await engine.revoke('user-1', record.id)).toBe(false)
  })
})

describe('SessionEngine.revokeAll()', () => {
  it('ends all sessions of a subject but one, and counts them', async () => {
    const { engine, events } = setUp()
    const [one, two] = [await begin(engine), await begin(engine), await begin(engine, { subject: 'user-2' })]
    expect(await engine.revokeAll('user-1', two.record.id)).toBe(1)
    expect((await engine.load(one.credential)).status).toBe('unknown')
    expect((await engine.load(two.credential)).status).toBe('live')
    expect(await engine.list('user-2')).toHaveLength(1)
    expect(events.at(-1)).toEqual({ type: 'sessions_revoked', subject: 'user-1', count: 1 })
  })
})

describe('SessionEngine.sweep()', () => {
  it('removes the dead and leaves the living', async () => {
    const { engine, runtime } = setUp()
    const dying = await begin(engine)
    runtime.advance('6d')
    const living = await begin(engine)
    runtime.advance('1d')
    expect(await engine.sweep(10)).toBe(1)
    expect(await engine.sweep(10)).toBe(0)
    expect((await engine.load(dying.credential)).status).toBe('unknown')
    expect((await engine.load(living.credential)).status).toBe('live')
  })
})

describe('SessionEngine: a store that does not answer', () => {
  it('is given up after the time limit, and told so by its signal', async () => {
    const { store, runtime } = setUp()
    let signal: AbortSignal | undefined
    const stuck = {
      ...store,
      read(_: string, call: StoreCall) {
        signal = call.signal
        return new Promise<never>(() => {})
      },
    }
    const cookie = { name: '__Host-session', capacity: 4_000 }
    const ground = { secrets: createRootSecrets({ 1: OLD }), runtime, cookie, emit: () => {} }
    const engine = storedSessions(stuck, { storeTimeout: '3s' }).bind(ground)
    const loading = engine.load(`lks_${'0'.repeat(32)}.0.${'A'.repeat(43)}`)
    runtime.advance(2.999)
    expect(signal?.aborted).toBe(false)
    runtime.advance(0.001)
    await expect(loading).rejects.toThrow(expect.objectContaining({ code: 'ERR_UNAVAILABLE' }))
    expect(signal?.aborted).toBe(true)
  })

  it('leaves no timer behind when it does answer', async () => {
    const { engine, runtime } = setUp()
    const { credential } = await begin(engine)
    let running = 0
    const { startTimer } = runtime
    runtime.startTimer = (milliseconds, callback) => {
      running += 1
      const stop = startTimer(milliseconds, callback)
      return () => {
        running -= 1
        stop()
      }
    }
    await engine.load(credential)
    expect(running).toBe(0)
  })
})

describe('SessionEngine: a broken clock', () => {
  it('fails closed', async () => {
    const { engine, runtime } = setUp()
    const { credential } = await begin(engine)
    runtime.set(Number.NaN)
    await expect(engine.load(credential)).rejects.toThrow(expect.objectContaining({ code: 'ERR_UNAVAILABLE' }))
  })
})
