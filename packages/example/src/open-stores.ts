/**
 * Where sessions and tokens are kept: six ways, one of which is chosen at the start.
 *
 * @module
 */

import type { AppStores, StorePlace } from './stores.ts'

/** The ways to choose from. */
export const STORES = ['memory', 'sqlite', 'postgres', 'mysql', 'redis', 'sealed'] as const

/** The name of a way. */
export type StoreName = (typeof STORES)[number]

/** Each with its driver, which is loaded when it is chosen. */
const OPENERS: Readonly<Record<StoreName, (place: StorePlace) => Promise<AppStores>>> = {
  memory: async () => (await import('./stores/memory.ts')).memoryStores(),
  sqlite: async (place) => (await import('./stores/sqlite.ts')).openSqliteStores(place),
  postgres: async (place) => (await import('./stores/postgres.ts')).openPostgresStores(place),
  mysql: async (place) => (await import('./stores/mysql.ts')).openMysqlStores(place),
  redis: async (place) => (await import('./stores/redis.ts')).openRedisStores(place),
  sealed: async ({ db }) => (await import('./stores/sealed.ts')).sealedStores(db),
}

/** Connects to a store, and makes its tables. Rejects with what the driver says when it is out of reach. */
export function openStores(name: StoreName, place: StorePlace): Promise<AppStores> {
  return OPENERS[name](place)
}
