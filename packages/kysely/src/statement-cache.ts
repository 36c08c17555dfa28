/**
 * The statements that were used last.
 *
 * @module
 */

/** Creates a function that remembers the results of `make` for the `size` texts that were asked for last. */
export function createStatementCache<Statement>(
  size: number,
  make: (sql: string) => Statement,
): (sql: string) => Statement {
  // A Map lists its keys in the order in which they were set: the first one is the one not used for longest.
  const statements = new Map<string, Statement>()
  return (sql) => {
    const known = statements.get(sql)
    const statement = known ?? make(sql)
    if (known !== undefined) statements.delete(sql)
    if (size > 0) statements.set(sql, statement)
    if (statements.size > size) {
      const [oldest] = statements.keys()
      if (oldest !== undefined) statements.delete(oldest)
    }
    return statement
  }
}
