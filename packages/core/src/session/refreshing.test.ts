import { createTestRuntime, interceptSessionStore, TEST_SECRETS } from '@latchkey/testing'
import { describe, expect, it } from 'vitest'
import type { AuthEvent } from '../events.ts'
import { createMemorySessionStore } from '../memory/session-store.ts'
import { createRootSecrets } from '../secrets.ts'
import { refreshSession, type RefreshProof } from './refreshing.ts'
import { storedSessions } from './stored.ts'

async function begin(before: (name: string) => unknown = () => {}) {
  const runtime = createTestRuntime()
  const events: AuthEvent[] = []
  const store = interceptSessionStore(createMemorySessionStore(), { before: (name) => before(name) })
  const ground = {
    secrets: createRootSecrets(TEST_SECRETS),
    runtime,
    emit: (event: AuthEvent) => void events.push(event),
    cookie: { name: '__Host-session', capacity: 4_000 },
  }
  const engine = storedSessions(store).bind(ground)
  const created = await engine.create({
    carrier: 'refresh',
    subject: 'user-1',
    scopes: [],
    authenticatedAt: runtime.now(),
    amr: [],
    acr: null,
    epoch: 0,
    label: null,
    data: {},
  })
  if (created === 'cut_off') throw new Error('cut off')
  const proof = await engine.prove(await engine.credentialOf(created))
  if (proof.status !== 'genuine') throw new Error(proof.status)
  const parts = { engine, policy: proof.policy, now: () => runtime.now(), emit: ground.emit }
  const refresh = (own: RefreshProof = proof, arrivedAt = runtime.now()) => refreshSession(own, arrivedAt, parts)
  return { engine, runtime, events, proof, refresh }
}

describe('refreshSession()', () => {
  it('lets the loser of a race read again, and give the same successor', async () => {
    const { refresh } = await begin()
    const outcomes = await Promise.all([refresh(), refresh(), refresh()])
    expect(outcomes.map((outcome) => outcome.status === 'granted' && outcome.record.generation)).toEqual([1, 1, 1])
    expect(outcomes.filter((outcome) => outcome.status === 'granted' && outcome.rotated)).toHaveLength(1)
  })

  it('gives what the primary holds and not what a lagging read shows, to who comes late in a window', async () => {
    const { runtime, events, refresh } = await begin()
    const one = await refresh()
    if (one.status !== 'granted') throw new Error(one.status)
    runtime.advance('10s')
    expect(await refresh({ record: one.record, generation: 0 })).toMatchObject({ record: { generation: 2 } })
    // A clock that is a little behind, and a replica that still shows the generation that was voided.
    const late = await refresh({ record: one.record, generation: 0 }, runtime.now() - 1)
    expect(late).toMatchObject({ status: 'granted', rotated: false, record: { generation: 2, previous: 0 } })
    expect(events.map(({ type }) => type)).toEqual(['session_created', 'refresh_recovered'])
  })

  it('moves the window on once for tabs that come late at once', async () => {
    const { engine, runtime, refresh } = await begin()
    const one = await refresh()
    if (one.status !== 'granted') throw new Error(one.status)
    runtime.advance('9s')
    const before = await engine.reload(one.record)
    const outcomes = await Promise.all(Array.from({ length: 24 }, () => refresh({ record: one.record, generation: 0 })))
    for (const outcome of outcomes) expect(outcome).toMatchObject({ status: 'granted', record: { generation: 1 } })
    expect((await engine.reload(one.record))?.version).toBe((before?.version ?? 0) + 1)
  })

  it('is not thrown off by other writes to the record', async () => {
    const { engine, proof, refresh } = await begin()
    await engine.write(proof.record, { data: { cart: [1] } })
    expect(await refresh()).toMatchObject({
      status: 'granted',
      rotated: true,
      record: { generation: 1, data: { cart: [1] } },
    })
  })

  it('does not lead from before a change of privilege to what came after', async () => {
    const { engine, proof, refresh } = await begin()
    await engine.rotate(proof.record, {})
    expect(await refresh()).toEqual({ status: 'ended', why: 'gone' })
  })

  it('does not revive a session that ended meanwhile', async () => {
    const { engine, proof, refresh } = await begin()
    await engine.destroy(proof.record)
    expect(await refresh()).toEqual({ status: 'ended', why: 'gone' })
  })

  it('gives up without harm when others are faster every time', async () => {
    let racing = false
    const { engine, proof, refresh } = await begin(async (name) => {
      if (name !== 'update' || !racing) return
      racing = false
      const newest = await engine.reload(proof.record)
      if (newest !== null) await engine.write(newest, { data: { n: newest.version } })
      racing = true
    })
    racing = true
    expect(await refresh()).toEqual({ status: 'superseded' })
    racing = false
    expect(await refresh()).toMatchObject({ status: 'granted' })
  })

  it('adopts a generation that the store lost, and gives out what the client has', async () => {
    const { events, proof, refresh } = await begin()
    expect(await refresh({ ...proof, generation: 1 })).toMatchObject({
      status: 'granted',
      rotated: false,
      record: { generation: 1, previous: 0 },
    })
    expect(events.some((event) => event.type === 'suspicious')).toBe(false)
  })

  it('ends the session, and says so, when the store lost more', async () => {
    const { events, proof, refresh } = await begin()
    expect(await refresh({ ...proof, generation: 2 })).toEqual({ status: 'ended', why: 'regressed' })
    expect(events.at(-2)).toMatchObject({ type: 'suspicious', reason: 'store_regressed' })
    expect(await refresh()).toEqual({ status: 'ended', why: 'gone' })
  })

  it('moves the idle end on, and never the absolute one', async () => {
    const { runtime, proof, refresh } = await begin()
    runtime.advance('6d')
    const outcome = await refresh()
    const record = outcome.status === 'granted' ? outcome.record : proof.record
    expect(record.idleExpiresAt - proof.record.idleExpiresAt).toBe(6 * 86_400_000)
    expect(record.absoluteExpiresAt).toBe(proof.record.absoluteExpiresAt)
  })
})
