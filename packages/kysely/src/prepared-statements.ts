/**
 * Statements that a server parses once for each connection.
 *
 * Kysely sends every statement by itself. PostgreSQL parses and plans, MySQL and MariaDB parse, such a statement each time: for a read by
 * primary key, that is most of PostgreSQL's work. The stores mark their statements, and a pool that is wrapped by `withPreparedStatements`
 * has the marked ones prepared.
 *
 * @module
 */

import type { MysqlPool, MysqlPoolConnection, PostgresPool, PostgresPoolClient } from 'kysely'

const MARK = ' /* latchkey */'

/** So many statements of a connection are prepared, each of which the server keeps in memory. The stores have a few dozen. */
const MAX_NAMES = 100

/** Marks a statement as one of the few that never change, however often they run. */
export function markForPreparing(sql: string): string {
  return sql + MARK
}

/** What a client of pg takes besides what Kysely asks of it. */
interface NamingClient {
  query(query: { readonly name: string; readonly text: string; readonly values: readonly unknown[] }): unknown
}

/** What a connection of mysql2 can do besides what Kysely asks of it. */
interface PreparingConnection {
  execute(sql: string, values: readonly unknown[], callback: unknown): unknown
}

/** One for each connection, however often its pool is wrapped: what is prepared belongs to the connection. */
const wrapped = new WeakMap<object, object>()

/**
 * Wraps a pool of `pg` for Kysely's `PostgresDialect`, or of `mysql2` for its `MysqlDialect`, so that the statements of Latchkey's stores
 * are prepared: the server parses each of them once for a connection. All other statements, the application's own, go out as they would
 * without it: their plans might depend on their values, and one that selects `*` fails on PostgreSQL once prepared when a migration changes
 * its table.
 *
 * The pool itself stays as it is, and `destroy()` of the Kysely ends it as usual. At most 100 statements of a connection are prepared.
 *
 * > [!IMPORTANT]
 * > Prepared statements live in the connection. Do not use this where a pooler hands connections from one transaction to the next without
 * > knowing of them (PgBouncer before 1.21, or with `max_prepared_statements = 0`), or where something runs `DISCARD ALL` or `DEALLOCATE`:
 * > statements would fail. What makes a pool is not checked.
 *
 * @example
 *
 * ```ts
 * import { withPreparedStatements } from '@latchkey/kysely'
 * import { Kysely, PostgresDialect } from 'kysely'
 * import { Pool } from 'pg'
 *
 * const pool = new Pool({ connectionString: 'postgres://127.0.0.1:5432/app' })
 * export const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool: withPreparedStatements(pool) }) })
 * ```
 */
export function withPreparedStatements(pool: PostgresPool): PostgresPool
/** The same for a pool of `mysql2`. Statements with a limit are never prepared there. */
export function withPreparedStatements(pool: MysqlPool): MysqlPool
/** Whichever it is. */
export function withPreparedStatements(pool: PostgresPool | MysqlPool): PostgresPool | MysqlPool {
  return 'getConnection' in pool ? wrapMysqlPool(pool) : wrapPostgresPool(pool)
}

function wrapPostgresPool(pool: PostgresPool): PostgresPool {
  return {
    ...(pool.Client === undefined ? {} : { Client: pool.Client }),
    options: pool.options,
    end: () => pool.end(),
    connect: async () => wrapOnce(await pool.connect(), namingQuery),
  }
}

/** A statement with its values; or a cursor, which comes alone. */
function namingQuery(client: PostgresPoolClient): (text: string, values: readonly unknown[]) => unknown {
  const nameOf = createNames()
  const naming = client as unknown as NamingClient
  return (text, values) => {
    const name = typeof text === 'string' ? nameOf(text) : undefined
    return name === undefined ? client.query(text, values) : naming.query({ name, text, values })
  }
}

function wrapMysqlPool(pool: MysqlPool): MysqlPool {
  return {
    end: (callback) => pool.end(callback),
    getConnection: (callback) =>
      pool.getConnection((error, connection) =>
        callback(error, error ? connection : wrapOnce(connection, preparingQuery)),
      ),
  }
}

type MysqlQuery = MysqlPoolConnection['query']

/** Without a callback it is a stream that is asked for. */
function preparingQuery(connection: MysqlPoolConnection): MysqlQuery {
  const nameOf = createNames()
  const preparing = connection as unknown as PreparingConnection
  return (text, values: readonly unknown[], callback) =>
    callback !== undefined && nameOf(text) !== undefined
      ? (preparing.execute(text, values.map(toBuffer), callback) as ReturnType<MysqlQuery>)
      : connection.query(text, values, callback)
}

/** mysql2 takes no other bytes for bytes, when it binds them, but for text in the character set of the connection. */
function toBuffer(value: unknown): unknown {
  return value instanceof Uint8Array ? Buffer.from(value.buffer, value.byteOffset, value.byteLength) : value
}

/** Creates what names the marked statements of one connection, until there are too many. */
function createNames(): (text: string) => string | undefined {
  const names = new Map<string, string>()
  return (text) => {
    const known = names.get(text)
    if (known !== undefined || !text.endsWith(MARK) || names.size >= MAX_NAMES) return known
    const name = `latchkey_${names.size + 1}`
    names.set(text, name)
    return name
  }
}

function wrapOnce<Client extends object>(client: Client, createQuery: (client: Client) => unknown): Client {
  const known = wrapped.get(client) as Client | undefined
  if (known !== undefined) return known
  const query = createQuery(client)
  // Everything else, such as the id by which a statement is cancelled, is the client's own.
  const proxy = new Proxy(client, {
    get(target, member) {
      if (member === 'query') return query
      const value: unknown = Reflect.get(target, member)
      return typeof value === 'function' ? (value.bind(target) as unknown) : value
    },
  })
  wrapped.set(client, proxy)
  return proxy
}
