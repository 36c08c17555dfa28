/**
 * Statements that are compiled once and run many times.
 *
 * @module
 */

import { CompiledQuery, sql, type QueryExecutorProvider, type QueryResult, type RawBuilder } from 'kysely'
import type { StoredValue } from './row.ts'

/** A Kysely, or a transaction of one, as little of it as runs statements. */
export interface Executor extends QueryExecutorProvider {
  executeQuery(
    query: CompiledQuery,
    options?: { readonly signal?: AbortSignal | undefined },
  ): Promise<QueryResult<unknown>>
}

/** Runs a statement with its values. */
export type Statement<Name extends string> = (
  values: Readonly<Record<Name, StoredValue>>,
  signal: AbortSignal | undefined,
) => Promise<QueryResult<unknown>>

/**
 * Compiles a statement.
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
  return (values, signal) => {
    const parameters = names.map((name) => values[name])
    return db.executeQuery(CompiledQuery.raw(compiled.sql, parameters), { signal })
  }
}

/** How many rows a statement changed. */
export function countOf({ numAffectedRows }: QueryResult<unknown>): number {
  return Number(numAffectedRows ?? 0)
}
