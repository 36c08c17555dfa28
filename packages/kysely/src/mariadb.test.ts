import { setTimeout as pause } from 'node:timers/promises'
import { describeSessionStore, describeTokenStore } from '@latchkey/testing'
import { sql, type Dialect, type Kysely, type Logger, type Transaction } from 'kysely'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createTables, mariadbDialect, type TestTables } from './databases.fixture.ts'
import { latchkeyMigrations, migrateToLatest } from './migrations.ts'
import { at, idOf, NOW, recordOf } from './records.fixture.ts'
import { describeServices } from './services.fixture.ts'
import { kyselySessionStore } from './session-store.ts'
import { kyselyTokenStore } from './token-store.ts'

/** What an administrator may have set for all connections, and what a quote and a backslash then mean. */
const MODES = ['ANSI,NO_BACKSLASH_ESCAPES,STRICT_ALL_TABLES', 'PIPES_AS_CONCAT,PAD_CHAR_TO_FULL_LENGTH', '']
/** The tables that the migrations make. */
const TABLES = ['cut_offs', 'revocations', 'sessions', 'subjects', 'tokens']
const ISOLATION = [
  'transaction isolation level READ UNCOMMITTED',
  'transaction isolation level READ COMMITTED',
  'transaction isolation level REPEATABLE READ',
  'transaction isolation level SERIALIZABLE',
  // The default of later versions: a row that changed since the snapshot is an error and not a surprise.
  'innodb_snapshot_isolation = ON',
]

describeServices('on MariaDB', () => {
  let tables: TestTables
  beforeAll(async () => {
    tables = await createTables(() => mariadbDialect())
  })
  afterAll(() => tables.drop())

  describeSuite('kysely on MariaDB', () => mariadbDialect())
  // As with drivers and pools that report changed rows instead of found ones.
  describeSuite('kysely on MariaDB without FOUND_ROWS', () => mariadbDialect(undefined, { flags: ['-FOUND_ROWS'] }))
  describeSuite('kysely on MariaDB under other SQL modes', () => mariadbDialect(`sql_mode = '${MODES[0]}'`))

  describeTokenStore('kysely tokens on MariaDB', async () => {
    await tables.clear()
    return { store: kyselyTokenStore(tables.db, tables), rawDump: tables.dump, close() {} }
  })

  function describeSuite(name: string, makeDialect: () => Dialect): void {
    let db: Kysely<unknown>
    let reopened: Kysely<unknown>
    beforeAll(() => {
      db = tables.connect(makeDialect)
      reopened = tables.connect(makeDialect)
    })
    describeSessionStore(name, async () => {
      await tables.clear()
      const { tablePrefix } = tables
      return {
        store: kyselySessionStore(db, { tablePrefix }),
        rawDump: tables.dump,
        reopen: () => Promise.resolve(kyselySessionStore(reopened, { tablePrefix })),
        close() {},
      }
    })
  }

  describe('the tables', () => {
    it('are made once by processes that start together, whatever their SQL mode', async () => {
      const dialects = MODES.map((mode) => () => mariadbDialect(`sql_mode = '${mode}'`))
      const own = await createTables(() => mariadbDialect(), { migrated: false })
      await Promise.all(dialects.map((makeDialect) => migrateToLatest(own.connect(makeDialect), own)))
      const { rows } = await sql<{ readonly name: string }>`select table_name as name from information_schema.tables
        where table_schema = database() and left(table_name, ${own.tablePrefix.length}) = ${own.tablePrefix}`.execute(
        own.connect(),
      )
      const names = ['migrations', 'migrations_lock', ...TABLES]
      expect(rows.map(({ name }) => name).toSorted()).toEqual(names.map((name) => own.tablePrefix + name).toSorted())
      await own.drop()
    })

    it('are transactional, and keep ids and subjects as bytes and the rest as utf8mb4, whatever the defaults', async () => {
      const defaults = 'default_storage_engine = MyISAM, character_set_server = latin1'
      const own = await createTables(() => mariadbDialect(defaults), { migrated: false })
      for (const migration of Object.values(latchkeyMigrations(own))) await migration.up(own.connect())
      const { rows } = await sql<{ readonly engine: string }>`select engine from information_schema.tables
        where table_schema = database() and table_name in (${sql.join(
          TABLES.map((name) => own.tablePrefix + name),
        )})`.execute(own.connect())
      expect(rows).toEqual(TABLES.map(() => ({ engine: 'InnoDB' })))
      const columns = await sql<{ readonly kind: string }>`select distinct concat(data_type, ' ',
        coalesce(character_set_name, 'none')) as kind from information_schema.columns
        where table_schema = database() and table_name = ${`${own.tablePrefix}sessions`}`.execute(own.connect())
      const kinds = columns.rows.map(({ kind }) => kind).toSorted()
      expect(kinds).toEqual(['bigint none', 'longtext utf8mb4', 'varbinary none'])
      await own.drop()
    })
  })

  describe('a text with quotes and backslashes', () => {
    it.each(MODES)('stays what it is under the SQL mode %j, and never becomes a statement', async (mode) => {
      await tables.clear()
      const store = tables.connectStore(() => mariadbDialect(`sql_mode = '${mode}'`))
      const attack = `\\' or 1=1 -- "\`; delete from ${tables.tablePrefix}sessions; -- \\`
      await store.create(recordOf({ id: idOf(2), subject: 'bob' }), at())
      const record = recordOf({ subject: attack, label: attack, data: { [attack]: attack } })
      await expect(store.create(record, at())).resolves.toBe('created')
      await expect(store.read(record.id, at())).resolves.toEqual(record)
      await expect(store.destroyAllForSubject(attack, {}, at())).resolves.toBe(1)
      await expect(store.read(idOf(2), at())).resolves.not.toBeNull()
    })

    it('keeps subjects apart that the character set of the connection cannot write', async () => {
      await tables.clear()
      const store = tables.connectStore(() => mariadbDialect(undefined, { charset: 'latin1_swedish_ci' }))
      await store.create(recordOf({ subject: '李' }), at())
      await expect(store.listBySubject('王', at())).resolves.toEqual([])
      await expect(store.read(idOf(1), at())).resolves.toMatchObject({ subject: '李' })
    })
  })

  it('compares subjects byte by byte: neither case, nor accents, nor trailing blanks are ignored', async () => {
    await tables.clear()
    const store = tables.connectStore()
    const subjects = ['alice', 'Alice', 'álice', 'alice ', 'alice\u200b', 'x'.repeat(255), '\ufffd'.repeat(255)]
    for (const [index, subject] of subjects.entries()) await store.create(recordOf({ id: idOf(index), subject }), at())
    for (const [index, subject] of subjects.entries()) {
      await expect(store.listBySubject(subject, at())).resolves.toMatchObject([{ id: idOf(index) }])
    }
    await expect(store.destroyAllForSubject('alice', {}, at())).resolves.toBe(1)
    await expect(store.read(idOf(1), at())).resolves.not.toBeNull()
  })

  describe.each(ISOLATION)('with %s', (settings) => {
    it('gives one version to one of 8 writers, and lets no login survive a cut-off', async () => {
      await tables.clear()
      const store = tables.connectStore(() => mariadbDialect(settings))
      await store.create(recordOf({ id: idOf(0) }), at())
      for (let round = 0; round < 20; round += 1) {
        const writers = Array.from({ length: 8 }, (_, writer) =>
          store.update(idOf(0), round, { data: { writer } }, at()),
        )
        expect((await Promise.all(writers)).filter(({ ok }) => ok)).toHaveLength(1)
      }
      for (let round = 1; round <= 20; round += 1) {
        const epoch = await store.epochOf('alice', at())
        const logins = [1, 2, 3, 4].map((login) =>
          store.create(recordOf({ id: idOf(round * 10 + login), epoch }), at()),
        )
        await Promise.all([...logins, store.destroyAllForSubject('alice', {}, at(NOW + round))])
        await expect(store.listBySubject('alice', at())).resolves.toEqual([])
      }
    })
  })

  describe('a statement that meets another', () => {
    let logged: unknown[] = []
    let meeting: Kysely<unknown>
    let impatient: Kysely<unknown>
    beforeEach(async () => {
      await tables.clear()
      const store = tables.connectStore()
      await store.create(recordOf({ subject: 'alice' }), at())
      await store.destroyAllForSubject('bob', {}, at())
      await store.destroyAllForSubject('alice', { except: idOf(1) }, at())
      logged = []
      const log: Logger = (event) => void (event.level === 'error' && logged.push(errnoOf(event.error)))
      meeting = tables.connect(() => mariadbDialect(), log)
      impatient = tables.connect(() => mariadbDialect('innodb_lock_wait_timeout = 1'), log)
    })

    it('runs again when it was the victim of a deadlock, and succeeds', async () => {
      const store = kyselySessionStore(meeting, tables)
      const update = await meet(() => store.update(idOf(1), 0, { label: 'after' }, at()))
      await expect(update()).resolves.toEqual({ ok: true, version: 1 })
      expect(logged).toEqual([1213])
      await expect(store.read(idOf(1), at())).resolves.toMatchObject({ label: 'after', version: 1 })
    })

    it('rejects within a transaction, which is lost, and runs nothing outside of it', async () => {
      let update: (() => Promise<unknown>) | undefined
      const transaction = meeting.transaction().execute(async (inside) => {
        const store = kyselySessionStore(inside, tables)
        update = await meet(() => store.update(idOf(1), 0, { label: 'after' }, at()))
        await update()
      })
      await expect(transaction).rejects.toMatchObject({ errno: 1213 })
      expect(logged).toEqual([1213])
      const reader = tables.connectStore()
      await expect(reader.read(idOf(1), at())).resolves.toMatchObject({ label: null, version: 0 })
    })

    it('runs again when it waited too long for a lock', async () => {
      const store = kyselySessionStore(impatient, tables)
      const { holding, release } = await hold(async (other) => {
        await sql`update ${sessions()} set label = 'held'`.execute(other)
      })
      const touched = store.touch(recordOf(), NOW + 1, NOW + 70_000, at())
      await expect.poll(() => logged, { timeout: 10_000 }).toContain(1205)
      release()
      await holding
      await expect(touched).resolves.toBe(true)
      await expect(store.read(idOf(1), at())).resolves.toMatchObject({ lastSeenAt: NOW + 1, label: 'held' })
    })

    /** Lets a call and a heavier transaction wait for each other, so that the call's statement is the one rolled back. */
    async function meet(call: () => Promise<unknown>): Promise<() => Promise<unknown>> {
      const { holding, release, other } = await hold(async (transaction) => {
        await sql`insert into ${subjects()} (subject, epoch) values ${sql.join(
          Array.from({ length: 200 }, (_, number) => sql`(${`filler ${number}`}, 1)`),
        )}`.execute(transaction)
        await sql`update ${subjects()} set epoch = epoch where subject = 'alice'`.execute(transaction)
        await sql`select * from ${subjects()} where subject = 'alice' for update`.execute(transaction)
      })
      return async () => {
        const calling = call()
        calling.catch(() => {})
        await waitForLock()
        await sql`update ${sessions()} set label = 'first' where id = ${idOf(1)}`.execute(other)
        await sql`update ${sessions()} set label = null where id = ${idOf(1)}`.execute(other)
        release()
        await holding
        return calling
      }
    }
  })

  const releases: (() => void)[] = []
  afterEach(() => {
    for (const release of releases.splice(0)) release()
  })

  const sessions = () => sql.table(`${tables.tablePrefix}sessions`)
  const subjects = () => sql.table(`${tables.tablePrefix}subjects`)

  /** Opens a transaction that holds locks until it is released. */
  async function hold(lock: (transaction: Transaction<unknown>) => Promise<void>): Promise<{
    readonly other: Transaction<unknown>
    readonly holding: Promise<void>
    readonly release: () => void
  }> {
    const [released, locked] = [Promise.withResolvers<void>(), Promise.withResolvers<Transaction<unknown>>()]
    releases.push(() => released.resolve())
    const holding = tables
      .connect()
      .transaction()
      .execute(async (transaction) => {
        await lock(transaction)
        locked.resolve(transaction)
        await released.promise
      })
    holding.catch((error: unknown) => locked.reject(error))
    return { other: await locked.promise, holding, release: released.resolve }
  }

  async function waitForLock(): Promise<void> {
    const watcher = tables.connect()
    for (let left = 50; left > 0; left -= 1) {
      const { rows } = await sql`select 1 from information_schema.innodb_trx where trx_state = 'LOCK WAIT'
        and locate(${tables.tablePrefix}, trx_query) > 0`.execute(watcher)
      if (rows.length > 0) return
      // The server renews this table only when nobody has read it for a tenth of a second.
      await pause(150)
    }
    throw new Error('Nothing waits for a lock')
  }
})

function errnoOf(error: unknown): unknown {
  return (error as { readonly errno?: unknown }).errno
}
