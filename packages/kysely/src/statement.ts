/**
 * Statements that are compiled once and run many times.
 *
 * @module
 */

import { CompiledQuery, sql, type QueryExecutorProvider, type QueryResult, type RawBuilder } from 'kysely'
import { dialectOf } from './dialect.ts'
import { markForPreparing } from './prepared-statements.ts'
import { retryRolledBack } from './rolled-back.ts'
import type { StoredValue } from './row.ts'

/** A Kysely, or a transaction of one, as little of it as runs statements. */
export interface Executor extends QueryExecutorProvider {
  /** True for a transaction, in which a statement must not be repeated: what stood before it may be undone as well. */
  readonly isTransaction: boolean
}

/** Runs a statement with its values. */
export type Statement<Name extends string> = (
  values: Readonly<Record<Name, StoredValue>>,
  signal: AbortSignal | undefined,
) => Promise<QueryResult<unknown>>

/**
 * Compiles a statement. Outside of a transaction it is repeated when the database rolled it back for the sake of another.
 *
 * @param build Writes it; `value('now')` stands where the value of that name is bound, any number of times.
 */
export function prepareStatement<Name extends string>(
  db: Executor,
  build: (value: (name: Name) => RawBuilder<StoredValue>) => RawBuilder<unknown>,
): Statement<Name> {
  const compiled = build((name) => sql<StoredValue>`${name}`).compile(db)
  // Nothing else is bound while it is compiled, so that the parameters are the names, in the order of their places.
  const names = compiled.parameters as readonly Name[]
  const executor = db.getExecutor()
  const dialect = dialectOf(db)
  // SQLite rolls no statement back for the sake of another.
  const isRepeated = dialect !== 'sqlite' && !db.isTransaction
  const bind = dialect === 'mysql' ? toMysqlValue : asIs
  // MySQL takes none but an integer for a limit, and mysql2 binds numbers to what is prepared as doubles.
  const isNeverPrepared = dialect === 'sqlite' || (dialect === 'mysql' && names.includes('limit' as Name))
  const text = isNeverPrepared ? compiled.sql : markForPreparing(compiled.sql)
  return (values, signal) => {
    const parameters = names.map((name) => bind(values[name]))
    const query = CompiledQuery.raw(text, parameters)
    const run = (): Promise<QueryResult<unknown>> =>
      executor.provideConnection((connection) => {
        // Whoever has waited for a connection in vain sends nothing any more. Kysely's own handling of signals costs more than a statement in SQLite.
        signal?.throwIfAborted()
        return connection.executeQuery(query)
      })
    return isRepeated ? retryRolledBack(run, signal) : run()
  }
}

const encoder = new TextEncoder()

/**
 * Drivers of MySQL write text into the statement. As bytes it stands there in hexadecimal digits, which mean the same
 * under every SQL mode (`NO_BACKSLASH_ESCAPES` changes how quotes are escaped) and every character set of the connection.
 */
function toMysqlValue(value: StoredValue): StoredValue | Uint8Array {
  return typeof value === 'string' ? encoder.encode(value) : value
}

function asIs(value: StoredValue): StoredValue {
  return value
}

/** How many rows a statement changed. */
export function countOf({ numAffectedRows }: QueryResult<unknown>): number {
  return Number(numAffectedRows ?? 0)
}
