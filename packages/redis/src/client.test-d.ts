import { Cluster, Redis } from 'ioredis'
import { createClient, createClientPool, createCluster, createSentinel, RESP_TYPES } from 'redis'
import { expectTypeOf, test } from 'vitest'
import type { RedisClient } from './client.ts'

test('every client of both drivers fits, in either protocol', () => {
  expectTypeOf(createClient()).toExtend<RedisClient>()
  expectTypeOf(createClient({ RESP: 2 })).toExtend<RedisClient>()
  expectTypeOf(createClient({ RESP: 3 })).toExtend<RedisClient>()
  expectTypeOf(createClientPool()).toExtend<RedisClient>()
  expectTypeOf(createCluster({ rootNodes: [] })).toExtend<RedisClient>()
  expectTypeOf(createSentinel({ name: 'main', sentinelRootNodes: [] })).toExtend<RedisClient>()
  expectTypeOf<Redis>().toExtend<RedisClient>()
  expectTypeOf<Cluster>().toExtend<RedisClient>()
})

test('a client that gives bytes instead of text does not fit', () => {
  const bytes = createClient().withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer })
  expectTypeOf(bytes).not.toExtend<RedisClient>()
})
