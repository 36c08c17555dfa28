import { interceptSessionStore, createTestRuntime } from '@latchkey/testing'
import fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import type { AuthEvent } from '../events.ts'
import { UsageError } from '../faults.ts'
import type { JsonValue } from '../json.ts'
import { createMemorySessionStore } from '../memory/session-store.ts'
import { createRootSecrets } from '../secrets.ts'
import { createSession, type Session } from './session.ts'
import { storedSessions, type SessionStoreParts, type StoredSessionOptions } from './stored.ts'
import { createSlot, type SessionSlot } from './writer.ts'

const secrets = createRootSecrets({ 1: 'z3Qp7Xv1LkT9wYb5RnC2dGh8JmF4sA6uEo0iHqBxVtM' })
const GONE = expect.objectContaining({ code: 'ERR_SESSION_CONFLICT', reason: 'gone', status: 409 })
const CONFLICT = expect.objectContaining({ code: 'ERR_SESSION_CONFLICT', reason: 'conflict', status: 409 })

let runtime = createTestRuntime()
let store: SessionStoreParts
let events: AuthEvent[]
let jar: string[]
let open: boolean

beforeEach(() => {
  runtime = createTestRuntime()
  store = createMemorySessionStore()
  events = []
  jar = []
  open = true
})

function parts(options: StoredSessionOptions = {}, over: SessionStoreParts = store) {
  const emit = (event: AuthEvent) => void events.push(event)
  const carrier = {
    get open() {
      return open
    },
    refusal: () => new UsageError('headers_sent', 'Too late'),
    issue: (_: unknown, credential: string) => void jar.push(credential),
    clear: () => void jar.push(''),
  }
  const cookie = { name: '__Host-session', capacity: 4_000 }
  return {
    engine: storedSessions(over, options).bind({ secrets, runtime, emit, cookie }),
    carrier,
    userAgent: null,
    emit,
  }
}

function begin(options?: StoredSessionOptions): Session {
  return createSession(createSlot(null), parts(options))
}

/** Another request's handle, loaded now from what the browser has. */
async function arrive(options?: StoredSessionOptions): Promise<Session> {
  const all = parts(options)
  const loaded = await all.engine.load(jar.at(-1) ?? '')
  if (loaded.status !== 'live') throw new Error(`the session is ${loaded.status}`)
  return createSession(createSlot(loaded.record), all)
}

function values(session: Session): Record<string, unknown> {
  return Object.fromEntries(session.keys().map((key) => [key, session.get(key)]))
}

describe('Session: a visitor without one', () => {
  it('reads nothing, stores nothing and sends nothing', async () => {
    const session = begin()
    expect([session.id, session.subject, session.get('a'), session.has('a'), session.keys()]).toEqual([
      null,
      null,
      undefined,
      false,
      [],
    ])
    expect(await session.delete('a')).toBe(false)
    expect(await session.take('a')).toBeUndefined()
    expect(await session.destroy()).toBe(false)
    await session.rotate()
    await session.update({})
    await session.update(() => ({}))
    await session.update({ a: undefined })
    expect(jar).toEqual([])
    expect(await store.deleteExpired(10, { now: Number.MAX_SAFE_INTEGER })).toBe(0)
  })

  it('gets one with the first write, and a cookie', async () => {
    const session = begin()
    await session.set('cart', [1, 2])
    expect(session.id).toMatch(/^[0-9a-f]{32}$/)
    expect(jar).toEqual([expect.stringMatching(`^lks_${session.id ?? ''}\\.0\\.`)])
    expect((await arrive()).get('cart')).toEqual([1, 2])
  })

  it('gets one session for two first writes at once', async () => {
    const session = begin()
    await Promise.all([
      session.set('a', 1),
      session.set('b', 2),
      session.update((all) => ({ c: Object.keys(all).length })),
    ])
    expect(jar).toHaveLength(1)
    expect(values(await arrive())).toEqual({ a: 1, b: 2, c: 2 })
  })

  it('is refused before anything is stored when the response has begun', async () => {
    open = false
    await expect(begin().set('a', 1)).rejects.toThrow(expect.objectContaining({ reason: 'headers_sent' }))
    expect(events).toEqual([])
  })

  it('keeps nothing stored when the response begins during the write', async () => {
    const session = createSession(
      createSlot(null),
      parts({}, interceptSessionStore(store, { before: (name) => void (open &&= name !== 'create') })),
    )
    await expect(session.set('a', 1)).rejects.toThrow(expect.objectContaining({ reason: 'headers_sent' }))
    expect(session.id).toBeNull()
    expect(events.map((event) => event.type)).toEqual(['session_created', 'session_destroyed'])
    expect(jar).toEqual([])
  })
})

describe('Session: values', () => {
  it('sets, reads, updates and deletes', async () => {
    const session = begin()
    await session.set('username', 'user1')
    await session.update({ a: 1, b: null, username: 'user2' })
    await session.update((all) => ({ a: Number(all['a']) + 1, b: undefined }))
    expect(values(session)).toEqual({ username: 'user2', a: 2 })
    expect(values(await arrive())).toEqual({ username: 'user2', a: 2 })
    expect(await session.delete('username')).toBe(true)
    expect(await session.delete('username')).toBe(false)
    expect(values(await arrive())).toEqual({ a: 2 })
  })

  it('gives frozen values, so that a nested change throws instead of being lost', async () => {
    await begin().set('cart', { items: [{ id: 1 }] })
    const cart = (await arrive()).get('cart') as { items: { id: number }[] }
    expect(() => cart.items.push({ id: 2 })).toThrow(TypeError)
    expect(() => Object.assign(cart.items[0] as object, { id: 2 })).toThrow(TypeError)
    await (
      await arrive()
    ).update((all) => {
      expect(Object.isFrozen((all['cart'] as { items: unknown[] }).items)).toBe(true)
      return {}
    })
  })

  it('shares no object with what was set', async () => {
    const session = begin()
    const cart = { items: [1] }
    await session.set('cart', cart)
    cart.items.push(2)
    expect(session.get('cart')).toEqual({ items: [1] })
  })

  it.each([[{ a: undefined }], [Number.NaN], [new Date(0)], [() => 1]])(
    'refuses %s and stores nothing',
    async (value) => {
      await expect(begin().set('a', value as never)).rejects.toThrow(
        expect.objectContaining({ reason: 'value_not_json' }),
      )
      expect(jar).toEqual([])
    },
  )

  it.each(['', '__proto__', 'x'.repeat(129)])('refuses the key %.20j', async (key) => {
    await expect(begin().set(key, 1)).rejects.toThrow(expect.objectContaining({ reason: 'key_invalid' }))
    await expect(begin().update(JSON.parse(`{${JSON.stringify(key)}:1}`))).rejects.toThrow(
      expect.objectContaining({ reason: 'key_invalid' }),
    )
  })

  it('finds no value under the names that every object has', async () => {
    const session = begin()
    expect(session.get('constructor')).toBeUndefined()
    expect(session.has('toString')).toBe(false)
    await session.set('constructor', 'mine')
    expect((await arrive()).get('constructor')).toBe('mine')
  })

  it('refuses to grow past the limit, and keeps what there was', async () => {
    const limit = { maxDataSize: 20 }
    const session = begin(limit)
    await session.set('a', 'x'.repeat(10))
    await expect(session.set('b', 'y'.repeat(10))).rejects.toThrow(
      expect.objectContaining({ reason: 'session_too_large' }),
    )
    expect(values(await arrive(limit))).toEqual({ a: 'x'.repeat(10) })
    await session.set('a', 'short')
  })

  it('still writes to an existing session when the response has begun', async () => {
    await begin().set('a', 1)
    const session = await arrive()
    open = false
    await session.set('a', 2)
    expect((await arrive()).get('a')).toBe(2)
  })
})

describe('Session: several requests at once', () => {
  it('merges writes to different keys', async () => {
    await begin().set('a', 1)
    const [one, two] = [await arrive(), await arrive()]
    await one.set('b', 2)
    await two.set('c', 3)
    await one.delete('a')
    expect(values(await arrive())).toEqual({ b: 2, c: 3 })
  })

  it('loses none of 100 writes to different keys', async () => {
    await begin().set('n', 0)
    const handles = await Promise.all(Array.from({ length: 100 }, () => arrive()))
    await Promise.all(handles.map((handle, index) => handle.set(`k${index}`, index)))
    expect((await arrive()).keys()).toHaveLength(101)
  })

  it('counts 100 increments by update(fn)', async () => {
    await begin().set('n', 0)
    const handles = await Promise.all(Array.from({ length: 100 }, () => arrive()))
    await Promise.all(handles.map((handle) => handle.update((all) => ({ n: Number(all['n']) + 1 }))))
    expect((await arrive()).get('n')).toBe(100)
  })

  it('lets the last writer win on a key that it never read', async () => {
    await begin().set('a', 1)
    const [one, two] = [await arrive(), await arrive()]
    await one.set('a', 2)
    await two.set('a', 3)
    expect((await arrive()).get('a')).toBe(3)
  })

  it.each([
    ['set', (session: Session) => session.set('a', 3)],
    ['update', (session: Session) => session.update({ a: 3 })],
    ['delete', (session: Session) => session.delete('a')],
  ])('reports a conflict when %s meets a key that it read and that changed since', async (_, write) => {
    await begin().set('a', 1)
    const [one, two] = [await arrive(), await arrive()]
    expect(two.get('a')).toBe(1)
    await one.set('a', 2)
    await expect(write(two)).rejects.toThrow(CONFLICT)
    expect((await arrive()).get('a')).toBe(2)
    expect(events.at(-1)).toEqual({ type: 'session_conflict', sessionId: two.id, reason: 'conflict' })
    // Who reads again knows what is there, and may write.
    expect(two.get('a')).toBe(2)
    await write(two)
  })

  it('reports a conflict for a key that was absent when read', async () => {
    await begin().set('other', 1)
    const [one, two] = [await arrive(), await arrive()]
    expect(two.has('a')).toBe(false)
    await one.set('a', 2)
    await expect(two.set('a', 3)).rejects.toThrow(CONFLICT)
  })

  it('does not take its own writes for another\u2019s', async () => {
    await begin().set('a', 1)
    const session = await arrive()
    session.get('a')
    await session.set('a', 2)
    await session.update(() => ({ a: 3 }))
    await session.set('a', 4)
    expect((await arrive()).get('a')).toBe(4)
  })

  it('sees no conflict when the value is the same as the one it read', async () => {
    await begin().set('a', { x: 1, y: 2 })
    const [one, two] = [await arrive(), await arrive()]
    two.get('a')
    await one.set('a', { y: 2, x: 1 })
    await two.set('a', 3)
    expect((await arrive()).get('a')).toBe(3)
  })

  it('keeps a read value in conflict even after another key was merged', async () => {
    await begin().set('a', 1)
    const [one, two] = [await arrive(), await arrive()]
    two.get('a')
    await one.set('a', 2)
    await two.set('b', 1)
    await expect(two.set('a', 3)).rejects.toThrow(CONFLICT)
  })

  it('deletes what another request set before the call', async () => {
    await begin().set('a', 1)
    const [one, two] = [await arrive(), await arrive()]
    await one.set('late', 1)
    expect(await two.delete('late')).toBe(true)
    expect((await arrive()).has('late')).toBe(false)
  })

  it('delivers a flash message once, however many take it at once', async () => {
    await begin().set('flash', 'saved')
    const handles = await Promise.all(Array.from({ length: 20 }, () => arrive()))
    const taken = await Promise.all(handles.map((handle) => handle.take('flash')))
    expect(taken.filter((value) => value === 'saved')).toHaveLength(1)
    expect(taken.filter((value) => value === undefined)).toHaveLength(19)
  })
})

describe('Session: the end', () => {
  it('stays destroyed under writes of other requests', async () => {
    await begin().set('a', 1)
    const [one, two] = [await arrive(), await arrive()]
    expect(await one.destroy()).toBe(true)
    expect(jar.pop()).toBe('')
    for (const write of [
      two.set('b', 1),
      two.update((all) => all),
      two.take('a'),
      two.delete('a'),
      two.delete('b'),
      two.rotate(),
    ]) {
      await expect(write).rejects.toThrow(GONE)
    }
    await expect(one.set('b', 1)).rejects.toThrow(GONE)
    expect(await two.destroy()).toBe(false)
    await expect(arrive()).rejects.toThrow('the session is unknown')
  })

  it('ends by time for writes as well', async () => {
    await begin({ idleTimeout: 60 }).set('a', 1)
    const session = await arrive({ idleTimeout: 60 })
    runtime.advance(60)
    await expect(session.set('a', 2)).rejects.toThrow(GONE)
  })

  it('destroys on the server even when the response has begun', async () => {
    await begin().set('a', 1)
    const session = await arrive()
    open = false
    expect(await session.destroy()).toBe(true)
    await expect(arrive()).rejects.toThrow('the session is unknown')
  })
})

describe('Session.rotate()', () => {
  it('changes the credential, keeps id and values, and voids what was there before', async () => {
    await begin().set('a', 1)
    const before = jar.at(-1) ?? ''
    const session = await arrive()
    await session.rotate()
    expect(jar.at(-1)).not.toBe(before)
    expect((await arrive()).id).toBe(session.id)
    expect(await parts().engine.load(before)).toEqual({ status: 'unknown' })
    expect(events.at(-1)).toEqual({ type: 'suspicious', reason: 'credential_mismatch', sessionId: session.id })
    await session.set('a', 2)
    expect((await arrive()).get('a')).toBe(2)
  })

  it('gives the old credential back its force when the response begins meanwhile', async () => {
    await begin().set('a', 1)
    const loaded = await parts().engine.load(jar.at(-1) ?? '')
    if (loaded.status !== 'live') throw new Error('not live')
    const hooked = interceptSessionStore(store, { after: (name) => void (open &&= name !== 'update') })
    const session = createSession(createSlot(loaded.record), parts({}, hooked))
    await expect(session.rotate()).rejects.toThrow(expect.objectContaining({ reason: 'headers_sent' }))
    expect(jar).toHaveLength(1)
    expect((await arrive()).get('a')).toBe(1)
  })

  it('is refused before anything is stored when the response has begun', async () => {
    await begin().set('a', 1)
    const session = await arrive()
    open = false
    await expect(session.rotate()).rejects.toThrow(expect.objectContaining({ reason: 'headers_sent' }))
    expect((await arrive()).id).toBe(session.id)
  })
})

describe('Session: a record that lives in its credential', () => {
  /** The stored engine, as if its credential held the record: what counts is when the handle sends one. */
  function holding() {
    const all = parts()
    return { ...all, engine: { ...all.engine, credentialHoldsRecord: true } }
  }

  async function loadSlot(): Promise<SessionSlot> {
    const loaded = await parts().engine.load(jar.at(-1) ?? '')
    if (loaded.status !== 'live') throw new Error(`the session is ${loaded.status}`)
    return createSlot(loaded.record)
  }

  async function arriveHolding(): Promise<Session> {
    return createSession(await loadSlot(), holding())
  }

  it('is sent with every write, and with none that changes nothing', async () => {
    await createSession(createSlot(null), holding()).set('a', 1)
    const session = await arriveHolding()
    await session.update({})
    await session.delete('b')
    await session.take('b')
    expect(jar).toHaveLength(1)
    await session.set('b', 1)
    await session.update({ c: 1 })
    await session.take('b')
    await session.delete('c')
    expect(jar).toHaveLength(5)
  })

  it('is not sent with a write where the record lives in a store', async () => {
    await begin().set('a', 1)
    await (await arrive()).set('b', 1)
    expect(jar).toHaveLength(1)
  })

  it('is refused before anything is written when the response has begun', async () => {
    await begin().set('a', 1)
    const session = await arriveHolding()
    open = false
    for (const write of [session.set('a', 2), session.update({ a: 2 }), session.take('a'), session.delete('a')]) {
      await expect(write).rejects.toThrow(expect.objectContaining({ reason: 'headers_sent' }))
    }
    await session.update({})
    expect((await arrive()).get('a')).toBe(1)
  })

  it('does not take over a write during which the response began', async () => {
    await begin().set('a', 1)
    const session = await arriveHolding()
    const write = session.set('a', 2)
    open = await Promise.resolve().then(() => false)
    await expect(write).rejects.toThrow(expect.objectContaining({ reason: 'headers_sent' }))
    expect(session.get('a')).toBe(1)
    expect(jar).toHaveLength(1)
  })

  it('is not put in the place of a later login\u2019s', async () => {
    await begin().set('a', 1)
    const slots = [await loadSlot(), createSlot(null)] as const
    const [session, visitor] = [createSession(slots[0], holding()), createSession(slots[1], holding())]
    for (const slot of slots) slot.ended = true
    for (const write of [session.set('a', 2), session.take('a'), session.rotate(), visitor.set('a', 2)]) {
      await expect(write).rejects.toThrow(GONE)
    }
    await session.destroy()
    expect(jar).toHaveLength(1)
  })
})

describe('Session: what must always hold', () => {
  type Step = {
    handle: number
    key: string
    value: JsonValue
    kind: 'set' | 'delete' | 'get' | 'bump' | 'destroy' | 'take'
  }
  const step: fc.Arbitrary<Step> = fc.record({
    handle: fc.nat(2),
    key: fc.constantFrom('a', 'b', 'c'),
    value: fc.nat(9),
    kind: fc.constantFrom('set', 'set', 'set', 'delete', 'get', 'bump', 'take', 'destroy'),
  })

  it('every write is stored or reported, and nothing outlives destroy, in any interleaving', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.array(step, { minLength: 1, maxLength: 12 }), async (scheduler, steps) => {
        store = createMemorySessionStore()
        jar = []
        const scheduled = interceptSessionStore(store, {
          before: (name) => scheduler.schedule(Promise.resolve(), name),
        })
        await begin().set('n', 0)
        const record = await parts().engine.load(jar[0] ?? '')
        if (record.status !== 'live') throw new Error('not begun')
        const handles = [0, 1, 2].map(() => createSession(createSlot(record.record), parts({}, scheduled)))
        let bumps = 0
        let takes = 0
        let destroyed = 0
        const runs = steps.map(async ({ handle, key, value, kind }) => {
          const session = handles[handle] as Session
          try {
            if (kind === 'get') session.get(key)
            if (kind === 'set') await session.set(key, value)
            if (kind === 'delete') await session.delete(key)
            if (kind === 'take' && (await session.take('n')) !== undefined) takes += 1
            if (kind === 'destroy' && (await session.destroy())) destroyed += 1
            if (kind === 'bump') {
              await session.update((all) => ({ bumps: Number(all['bumps'] ?? 0) + 1 }))
              bumps += 1
            }
          } catch (error) {
            expect(error).toMatchObject({ code: 'ERR_SESSION_CONFLICT' })
          }
        })
        await scheduler.waitFor(Promise.all(runs))
        const after = await parts().engine.load(jar[0] ?? '')
        const asked = steps.some(({ kind }) => kind === 'destroy')
        expect(destroyed).toBe(asked ? 1 : 0)
        expect(after.status).toBe(asked ? 'unknown' : 'live')
        if (after.status === 'live') expect(after.record.data['bumps'] ?? 0).toBe(bumps)
        expect(takes).toBeLessThanOrEqual(1)
      }),
      { numRuns: 150 },
    )
  })
})
