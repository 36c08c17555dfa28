/**
 * `ExpirySweep` in SQL.
 *
 * @module
 */

import { sql } from 'kysely'
import type { ExpirySweep } from '@latchkey/core'
import { dialectOf } from './dialect.ts'
import { countOf, prepareStatement, type Executor } from './statement.ts'
import type { TableNames } from './tables.ts'

const LARGEST_LIMIT = 2 ** 31 - 1

/**
 * Creates the part of the store that clears away what is dead.
 *
 * It finds rows by their timeouts alone. What a cut-off ends is deleted by the cut-off; a row that was committed beside
 * one, and has been dead from the start, is found when it expires.
 */
export function createExpirySweep(db: Executor, tables: TableNames): ExpirySweep {
  const session = sql.table(tables.sessions)
  const dialect = dialectOf(db)
  const deletes = ['idle_expires_at', 'absolute_expires_at'].map((name) =>
    prepareStatement<'now' | 'limit'>(db, (value) => {
      const expired = sql`${sql.ref(name)} <= ${value('now')}`
      const first = sql`${expired} order by ${sql.ref(name)} limit ${value('limit')}`
      // MySQL limits a delete and no subquery; the others limit a subquery and no delete.
      if (dialect === 'mysql') return sql`delete from ${session} where ${first}`
      // The condition is asked once more, because a row may have been renewed since the subquery saw it.
      if (dialect === 'sqlite') {
        return sql`delete from ${session} where id in (select id from ${session} where ${first}) and ${expired}`
      }
      // Rows that somebody else holds are left to them: sweeps that waited for each other could lock each other out. As
      // an array, the subquery runs exactly once.
      const free = sql`select id from ${session} where ${first} for update skip locked`
      return sql`delete from ${session} where id = any(array(${free})) and ${expired}`
    }),
  )
  return {
    async deleteExpired(limit, { now, signal }) {
      signal?.throwIfAborted()
      let left = Math.min(Math.floor(limit), LARGEST_LIMIT)
      let removed = 0
      for (const statement of deletes) {
        if (!(left >= 1)) break
        const count = countOf(await statement({ now, limit: left }, signal))
        removed += count
        left -= count
      }
      return removed
    },
  }
}
