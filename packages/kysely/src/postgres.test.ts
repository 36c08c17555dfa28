import { randomUUID } from 'node:crypto'
import { describeSessionStore } from '@latchkey/testing'
import { Kysely, PostgresDialect, sql } from 'kysely'
import { Pool } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { migrateToLatest } from './migrations.ts'
import { kyselySessionStore } from './session-store.ts'

const URL = process.env['LATCHKEY_POSTGRES_URL'] ?? 'postgres://root@127.0.0.1:5432/test'

if (process.env['LATCHKEY_SERVICES'] === '1') describe('with a server', describePostgres)
else describe.skip('PostgreSQL: skipped, because LATCHKEY_SERVICES=1 says whether there is a server', describePostgres)

function describePostgres(): void {
  const schema = `latchkey_${randomUUID().replaceAll('-', '')}`
  const connect = (settings = ''): Kysely<unknown> =>
    new Kysely<unknown>({
      dialect: new PostgresDialect({
        pool: new Pool({ connectionString: URL, options: `-c search_path=${schema} ${settings}`, max: 8 }),
      }),
    })
  const db = connect()

  beforeAll(async () => {
    await sql`create schema ${sql.id(schema)}`.execute(db)
    // Two processes that start together.
    const other = connect()
    await Promise.all([migrateToLatest(db), migrateToLatest(other), migrateToLatest(other)])
    await other.destroy()
  })
  afterAll(async () => {
    await sql`drop schema ${sql.id(schema)} cascade`.execute(db)
    await db.destroy()
  })

  async function dump(): Promise<string> {
    const sessions = await sql`select * from latchkey_sessions order by id`.execute(db)
    const subjects = await sql`select * from latchkey_subjects order by subject`.execute(db)
    return JSON.stringify([sessions.rows, subjects.rows])
  }

  async function clear(): Promise<void> {
    await sql`delete from latchkey_sessions`.execute(db)
    await sql`delete from latchkey_subjects`.execute(db)
  }

  describeSessionStore('kysely on PostgreSQL', async () => {
    await clear()
    const reopened = connect()
    return {
      store: kyselySessionStore(db),
      rawDump: dump,
      reopen: () => Promise.resolve(kyselySessionStore(reopened)),
      close: () => reopened.destroy(),
    }
  })

  it('has at most one winner under a stricter isolation level too, where losers may be told to try again', async () => {
    await clear()
    const strict = connect('-c default_transaction_isolation=serializable')
    const store = kyselySessionStore(strict)
    const [now, id] = [1_800_000_000_000, 'ab'.repeat(16)]
    await sql`insert into latchkey_sessions select ${id}, 'cookie', 'alice', '[]', null, '[]', null, 1, 's', 0, null, null,
      0, 0, 0, ${now + 1}, ${now + 1}, 0, null, '{}'`.execute(strict)
    const outcomes = await Promise.allSettled(
      Array.from({ length: 8 }, (_, writer) => store.update(id, 0, { data: { writer } }, { now })),
    )
    const winners = outcomes.flatMap((outcome, writer) =>
      outcome.status === 'fulfilled' && outcome.value.ok ? [writer] : [],
    )
    expect(winners).toHaveLength(1)
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: '40001' })
    }
    await expect(store.read(id, { now })).resolves.toMatchObject({ version: 1, data: { writer: winners[0] } })
    await strict.destroy()
  })
}
