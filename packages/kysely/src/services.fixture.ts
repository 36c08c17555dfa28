/**
 * Tests that need servers.
 *
 * @module
 */

import { describe } from 'vitest'
import { mariadbDialect, postgresDialect, type MakeDialect } from './databases.fixture.ts'

/** Defines tests that need servers. Without `LATCHKEY_SERVICES=1` they are skipped, and the title says why. */
export function describeServices(name: string, define: () => void): void {
  if (process.env['LATCHKEY_SERVICES'] === '1') describe(name, define)
  else describe.skip(`${name} (needs LATCHKEY_SERVICES=1, PostgreSQL and MariaDB)`, define)
}

/** The servers that run already. */
export const SERVERS: readonly (readonly [name: string, makeDialect: MakeDialect])[] = [
  ['PostgreSQL', () => postgresDialect()],
  ['MariaDB', () => mariadbDialect()],
]
