import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SessionRecord } from '@latchkey/core'
import { createTestRuntime } from '@latchkey/testing'
import { Kysely } from 'kysely'
import { afterEach, describe, expect, it } from 'vitest'
import { migrateToLatest } from './migrations.ts'
import { nodeSqliteDialect, openSqlite } from './node-sqlite.ts'
import { kyselySessionStore } from './session-store.ts'

type Store = ReturnType<typeof kyselySessionStore>

const NOW = createTestRuntime().now()
const ID = 'ab'.repeat(16)

const open: Kysely<unknown>[] = []
const folders: string[] = []

afterEach(async () => {
  for (const db of open.splice(0)) await db.destroy()
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
})

describe('two connections to one file', () => {
  async function connect(): Promise<Store[]> {
    const folder = mkdtempSync(join(tmpdir(), 'latchkey-'))
    folders.push(folder)
    const path = join(folder, 'sessions.db')
    const dbs = [0, 1].map(() => new Kysely<unknown>({ dialect: nodeSqliteDialect(openSqlite(path)) }))
    open.push(...dbs)
    await Promise.all(dbs.map((db) => migrateToLatest(db)))
    return dbs.map((db) => kyselySessionStore(db))
  }

  it('give one version to exactly one of two updates', async () => {
    const stores = await connect()
    await stores[0]?.create(recordOf({}), { now: NOW })
    for (let version = 0; version < 20; version += 1) {
      const turned = version % 2 === 0 ? stores : stores.toReversed()
      const outcomes = await Promise.all(
        turned.map((store, writer) => store.update(ID, version, { data: { writer } }, { now: NOW })),
      )
      expect(outcomes.filter(({ ok }) => ok)).toHaveLength(1)
      expect(outcomes).toContainEqual({ ok: false, why: 'conflict' })
      const data = { writer: outcomes.findIndex(({ ok }) => ok) }
      for (const store of stores) {
        await expect(store.read(ID, { now: NOW })).resolves.toEqual(recordOf({ version: version + 1, data }))
      }
    }
  })

  it('see each other’s logins, logouts and cut-offs at once', async () => {
    const [one, other] = (await connect()) as [Store, Store]
    await one.create(recordOf({}), { now: NOW })
    await expect(other.create(recordOf({}), { now: NOW })).resolves.toBe('exists')
    await expect(other.destroyAllForSubject('alice', { except: ID }, { now: NOW })).resolves.toBe(0)
    await expect(one.read(ID, { now: NOW })).resolves.toEqual(recordOf({ epoch: NOW }))
    await expect(one.create(recordOf({ id: 'b' }), { now: NOW })).resolves.toBe('cut_off')
    await expect(other.destroy(ID, { now: NOW })).resolves.toBe(true)
    await expect(one.read(ID, { now: NOW })).resolves.toBeNull()
  })

  it('cut off one subject together, and neither waits for the other in vain', async () => {
    const stores = await connect()
    for (let round = 0; round < 10; round += 1) {
      const epoch = (await stores[0]?.epochOf('alice', { now: NOW })) ?? 0
      const id = `${round}`
      const calls = stores.flatMap((store, index) => [
        store.create(recordOf({ id: `${id}-${index}`, epoch }), { now: NOW }),
        store.destroyAllForSubject('alice', {}, { now: NOW }),
      ])
      await Promise.all(calls)
      for (const store of stores) await expect(store.listBySubject('alice', { now: NOW })).resolves.toEqual([])
    }
    await expect(stores[1]?.epochOf('alice', { now: NOW })).resolves.toBe(NOW + 19)
  })
})

function recordOf(fields: Partial<SessionRecord>): SessionRecord {
  return {
    id: ID,
    carrier: 'cookie',
    subject: 'alice',
    scopes: ['read'],
    authenticatedAt: NOW,
    amr: ['pwd'],
    acr: null,
    keyId: 1,
    salt: 'c2FsdA',
    generation: 0,
    previous: null,
    rotatedAt: null,
    epoch: 0,
    createdAt: NOW,
    lastSeenAt: NOW,
    idleExpiresAt: NOW + 60_000,
    absoluteExpiresAt: NOW + 3_600_000,
    version: 0,
    label: null,
    userAgent: null,
    address: null,
    persistent: true,
    dataVersion: 0,
    data: {},
    ...fields,
  }
}
