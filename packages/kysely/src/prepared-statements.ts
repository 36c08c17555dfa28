/**
 * Statements that PostgreSQL parses and plans once for each connection.
 *
 * Kysely sends every statement without a name, so that the server parses and plans it each time: for a read by primary key, that is most
 * of the work. The stores mark their statements, and a pool that is wrapped by `withPreparedStatements` gives the marked ones names.
 *
 * @module
 */

import type { PostgresPool, PostgresPoolClient } from 'kysely'

const MARK = ' /* latchkey */'

/** So many statements of a connection get a name, each of which the server keeps a plan for. The stores have a few dozen. */
const MAX_NAMES = 100

/** Marks a statement as one of the few that never change, however often they run. */
export function markForPreparing(sql: string): string {
  return sql + MARK
}

/** What a client of pg takes besides what Kysely asks of it. */
interface NamingClient {
  query(query: { readonly name: string; readonly text: string; readonly values: readonly unknown[] }): unknown
}

/** One for each connection, however often its pool is wrapped: names belong to the connection. */
const wrapped = new WeakMap<PostgresPoolClient, PostgresPoolClient>()

/**
 * Wraps a pool of `pg` for Kysely's `PostgresDialect`, so that the statements of Latchkey's stores are prepared: the server parses and plans
 * each of them once for a connection. All other statements, the application's own, go out as they would without it: their plans might
 * depend on their values, and one that selects `*` fails once prepared when a migration changes its table.
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
export function withPreparedStatements(pool: PostgresPool): PostgresPool {
  return {
    ...(pool.Client === undefined ? {} : { Client: pool.Client }),
    options: pool.options,
    end: () => pool.end(),
    async connect() {
      const client = await pool.connect()
      const known = wrapped.get(client) ?? wrapClient(client)
      wrapped.set(client, known)
      return known
    },
  }
}

function wrapClient(client: PostgresPoolClient): PostgresPoolClient {
  const names = new Map<string, string>()
  const naming = client as unknown as NamingClient

  function nameOf(text: string): string | undefined {
    const known = names.get(text)
    if (known !== undefined || !text.endsWith(MARK) || names.size >= MAX_NAMES) return known
    const name = `latchkey_${names.size + 1}`
    names.set(text, name)
    return name
  }

  /** A statement with its values; or a cursor, which comes alone. */
  function query(text: string, values: readonly unknown[]): unknown {
    const name = typeof text === 'string' ? nameOf(text) : undefined
    return name === undefined ? client.query(text, values) : naming.query({ name, text, values })
  }

  // Everything else, such as the id by which a statement is cancelled, is the client's own.
  return new Proxy(client, {
    get(target, member) {
      if (member === 'query') return query
      const value: unknown = Reflect.get(target, member)
      return typeof value === 'function' ? (value.bind(target) as unknown) : value
    },
  })
}
