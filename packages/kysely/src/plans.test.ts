import { createTestRuntime } from '@latchkey/testing'
import { Kysely, type CompiledQuery } from 'kysely'
import { describe, expect, it } from 'vitest'
import { migrateToLatest } from './migrations.ts'
import { nodeSqliteDialect, openSqlite } from './node-sqlite.ts'
import { kyselySessionStore } from './session-store.ts'

const NOW = createTestRuntime().now()
const ID = 'ab'.repeat(16)

describe('the plan of every statement', () => {
  it('finds rows by an index, and scans no table', async () => {
    const queries: CompiledQuery[] = []
    const database = openSqlite(':memory:')
    const db = new Kysely<unknown>({
      dialect: nodeSqliteDialect(database),
      log: ({ query }) => {
        queries.push(query)
      },
    })
    await migrateToLatest(db)
    queries.length = 0
    await callEverything(kyselySessionStore(db), { now: NOW })
    const statements = new Map(queries.map((query) => [query.sql, query]))
    // Two of `create`, one of `read`, two and a look of `update`, one of `touch` with the same look, one of `listBySubject`
    // and of `epochOf`, three of `destroyAllForSubject`, two of `deleteExpired` and of `destroy`.
    expect(statements.size).toBe(16)

    for (const [text, { parameters }] of statements) {
      const explained = database.prepare(`explain query plan ${text}`).all(...(parameters as string[]))
      const details = explained.map(({ detail }) => String(detail))
      const scans = details.filter((detail) => detail.startsWith('SCAN') && !/\((?:subquery|\d+ CONSTANT)/.test(detail))
      expect({ text, scans: scans.filter((detail) => detail.includes('latchkey')) }).toEqual({ text, scans: [] })
      expect({ text, plan: details.join('; ') }).toEqual({ text, plan: expect.stringMatching(/SEARCH latchkey_/) })
    }
    await db.destroy()
  })
})

async function callEverything(store: ReturnType<typeof kyselySessionStore>, call: { now: number }): Promise<void> {
  const times = { createdAt: NOW, lastSeenAt: NOW, idleExpiresAt: NOW + 60_000, absoluteExpiresAt: NOW + 3_600_000 }
  const generation = { keyId: 1, salt: 'c2FsdA', generation: 0, previous: null, rotatedAt: null, epoch: 0, version: 0 }
  const who = { subject: 'alice', scopes: [], authenticatedAt: NOW, amr: [], acr: null, label: null, data: {} }
  const client = { userAgent: null, address: null, persistent: true, dataVersion: 0 }
  const record = { id: ID, carrier: 'cookie' as const, ...who, ...client, ...generation, ...times }
  await store.create(record, call)
  await store.create(record, call)
  await store.read(ID, call)
  await store.update(ID, 0, { label: 'x' }, call)
  await store.update(ID, 0, { data: { a: 1 } }, call)
  await store.touch(record, NOW + 1, NOW + 70_000, call)
  await store.touch(record, NOW, NOW, call)
  await store.listBySubject('alice', call)
  await store.epochOf('alice', call)
  await store.destroyAllForSubject('alice', { except: ID }, call)
  await store.deleteExpired(10, call)
  await store.destroy(ID, call)
  await store.destroy(ID, call)
}
