/**
 * Latchkey's stores on Redis, Valkey and Redis Cluster.
 *
 * @module
 */

export { redisSessionStore, type RedisSessionStoreOptions } from './session-store.ts'
export { redisRevocationStore, type RedisRevocationStoreOptions } from './revocation-store.ts'
export { redisTokenStore, type RedisTokenStoreOptions } from './token-store.ts'
export type { IoredisClient, NodeRedisClient, RedisClient } from './client.ts'
