/**
 * Latchkey's stores in SQL, on the application's own Kysely.
 *
 * @module
 */

export { kyselySessionStore } from './session-store.ts'
export { kyselyRevocationStore } from './revocation-store.ts'
export { kyselyTokenStore } from './token-store.ts'
export { withPreparedStatements } from './prepared-statements.ts'
export { latchkeyMigrations, migrateToLatest } from './migrations.ts'
export type { TableOptions } from './tables.ts'
export { kyselyUserLookup } from './user-lookup.ts'
export type { KyselyUser, KyselyUserLookup, UserColumns, UserLookupOptions } from './user-lookup-types.ts'
