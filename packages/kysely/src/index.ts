/**
 * Latchkey's session store in SQL, on the application's own Kysely.
 *
 * @module
 */

export { kyselySessionStore } from './session-store.ts'
export { latchkeyMigrations, migrateToLatest } from './migrations.ts'
export type { TableOptions } from './tables.ts'
