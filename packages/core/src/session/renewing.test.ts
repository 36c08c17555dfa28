import { createTestRuntime } from '@latchkey/testing'
import { describe, expect, it } from 'vitest'
import { createMemorySessionStore } from '../memory/session-store.ts'
import type { SessionRecord } from '../ports.ts'
import { createRootSecrets } from '../secrets.ts'
import { renewSession } from './renewing.ts'
import { storedSessions } from './stored.ts'
import type { SessionEngine } from './strategy.ts'

async function setUp() {
  const runtime = createTestRuntime()
  const events: unknown[] = []
  const engine = storedSessions(createMemorySessionStore()).bind({
    secrets: createRootSecrets({ 1: 'z3Qp7Xv1LkT9wYb5RnC2dGh8JmF4sA6uEo0iHqBxVtM' }, undefined),
    runtime,
    emit: () => {},
    cookie: { name: '__Host-session', capacity: 4_000 },
  })
  const anonymous = { subject: null, scopes: [], authenticatedAt: null, amr: [], acr: null, epoch: 0, label: null }
  const record = await engine.create({ carrier: 'cookie', ...anonymous, data: { n: 1 } })
  if (record === 'cut_off') throw new Error('cut off')
  runtime.advance('1h')
  const renewal = { lastSeenAt: runtime.now(), idleExpiresAt: record.idleExpiresAt + 3_600_000 }
  const renew = (own: Pick<SessionEngine, 'write' | 'reload'> = engine, rotate = true) =>
    renewSession(record, rotate ? { ...renewal, rotate } : renewal, {
      engine: own,
      touch: () => Promise.reject(new Error('nothing is touched where all is written')),
      emit: (event) => events.push(event),
    })
  return { engine, record, renewal, renew, events }
}

describe('renewSession()', () => {
  it('changes the generation and records use in one write', async () => {
    const { record, renewal, renew, events } = await setUp()
    const changed = { generation: 1, previous: 0, rotatedAt: renewal.lastSeenAt, version: 1, ...renewal }
    expect(await renew()).toEqual({ record: { ...record, ...changed }, send: true })
    expect(events).toEqual([{ type: 'session_rotated', sessionId: record.id, subject: null }])
  })

  it('changes it once for requests that come at once: one of them sends it, and all get the same record', async () => {
    const { engine, record, renew, events } = await setUp()
    const renewed = await Promise.all(Array.from({ length: 24 }, () => renew()))
    expect(renewed.filter((outcome) => outcome?.send)).toHaveLength(1)
    const newest = await engine.reload(record)
    expect(newest?.generation).toBe(1)
    for (const outcome of renewed) expect(outcome?.record).toEqual(newest)
    expect(events).toHaveLength(1)
  })

  it('changes it although a value is written in between, and keeps the value', async () => {
    const { engine, record, renew } = await setUp()
    await engine.write(record, { data: { n: 2 } })
    expect(await renew()).toMatchObject({ record: { generation: 1, data: { n: 2 } }, send: true })
  })

  it('leaves the credential as it is when values are written all the time', async () => {
    const { engine, record, renew, events } = await setUp()
    let newest: SessionRecord = record
    const busy = {
      reload: engine.reload,
      async write(current: SessionRecord, changes: Partial<SessionRecord>) {
        const other = await engine.write(newest, { data: { n: newest.version } })
        if (other.ok) newest = other.record
        return engine.write(current, changes)
      },
    }
    expect(await renew(busy)).toMatchObject({ record: { generation: 0 }, send: true })
    expect(events).toEqual([])
  })

  it('sends nothing where another request has changed the credential for good', async () => {
    const { engine, record, renew } = await setUp()
    await engine.rotate(record, {})
    expect(await renew()).toMatchObject({ record: { generation: 0 }, send: false })
  })

  it('tells a session that has ended', async () => {
    const { engine, record, renew } = await setUp()
    await engine.destroy(record)
    expect(await renew()).toBeNull()
  })
})
