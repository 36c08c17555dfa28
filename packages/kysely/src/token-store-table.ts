/**
 * The table of tokens.
 *
 * @module
 */

import { nameTables, type TableOptions } from './tables.ts'

/**
 * Names the table of tokens, which stands beside those of sessions.
 *
 * @throws {ConfigError} When the table prefix is not of its grammar.
 */
export function nameTokenTable(options: TableOptions): string {
  return nameTables(options).sessions.replace(/sessions$/, 'tokens')
}
