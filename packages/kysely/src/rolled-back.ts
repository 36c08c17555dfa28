/**
 * Statements that a database gave up because they met others.
 *
 * @module
 */

const ATTEMPTS = 5

/** Deadlock, lock wait timeout, and a row that changed since the statement's snapshot, on MySQL and MariaDB. */
const MYSQL_ERRORS: readonly unknown[] = [1213, 1205, 1020]

/** Serialization failure and deadlock, on PostgreSQL. */
const POSTGRES_STATES: readonly unknown[] = ['40001', '40P01']

/**
 * Tells whether an error says that the database undid the statement, all of it, for the sake of another one. Nothing else
 * counts: after a lost connection nobody knows what was done.
 */
export function isRolledBack(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false
  const { errno, code } = error as { readonly errno?: unknown; readonly code?: unknown }
  return MYSQL_ERRORS.includes(errno) || POSTGRES_STATES.includes(code)
}

/**
 * Runs a statement that is a transaction of its own, and again when it was rolled back: five times at most. The one that
 * it met has gone on by then.
 *
 * @throws What the last attempt threw, or the reason of the signal when it aborts between two attempts.
 */
export async function retryRolledBack<Result>(
  run: () => Promise<Result>,
  signal: AbortSignal | undefined,
): Promise<Result> {
  for (let left = ATTEMPTS - 1; ; left -= 1) {
    try {
      return await run()
    } catch (error) {
      if (left === 0 || !isRolledBack(error)) throw error
      signal?.throwIfAborted()
    }
  }
}
