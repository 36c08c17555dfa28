import { randomUUID } from 'node:crypto'
import { createClient } from 'redis'
import { Redis } from 'ioredis'
import { Pool } from 'pg'
import { RateLimiterPostgres, RateLimiterRedis } from 'rate-limiter-flexible'
import { afterAll, beforeAll, describe } from 'vitest'
import { describeLoginLimiter } from './login-limiter.fixture.ts'

const REDIS_URL = process.env['LATCHKEY_REDIS_URL'] ?? 'redis://127.0.0.1:6379'
const POSTGRES_URL = process.env['LATCHKEY_POSTGRES_URL'] ?? 'postgres://root@127.0.0.1:5432/test'
const WHY = 'skipped, because LATCHKEY_SERVICES=1 says whether there is a server'

if (process.env['LATCHKEY_SERVICES'] === '1') {
  describe('a limiter on Redis with the driver "redis"', describeNodeRedis)
  describe('a limiter on Redis with the driver "ioredis"', describeIoRedis)
  describe('a limiter on PostgreSQL', describePostgres)
} else {
  describe.skip(`a limiter on Redis: ${WHY}`, describeNodeRedis)
  describe.skip(`a limiter on Redis through ioredis: ${WHY}`, describeIoRedis)
  describe.skip(`a limiter on PostgreSQL: ${WHY}`, describePostgres)
}

function describeNodeRedis(): void {
  const run = randomUUID()
  const storeClient = createClient({ url: REDIS_URL })

  beforeAll(async () => {
    await storeClient.connect()
  })
  afterAll(async () => {
    for await (const keys of storeClient.scanIterator({ MATCH: `${run}*` })) {
      if (keys.length > 0) await storeClient.del(keys)
    }
    await storeClient.close()
  })

  describeLoginLimiter(
    () => (options) =>
      new RateLimiterRedis({ storeClient, useRedisPackage: true, ...options, keyPrefix: run + options.keyPrefix }),
  )
}

function describeIoRedis(): void {
  const run = randomUUID()
  const storeClient = new Redis(REDIS_URL, { lazyConnect: true })

  beforeAll(async () => {
    await storeClient.connect()
  })
  afterAll(async () => {
    for await (const keys of storeClient.scanStream({ match: `${run}*` }) as AsyncIterable<string[]>) {
      if (keys.length > 0) await storeClient.del(keys)
    }
    await storeClient.quit()
  })

  describeLoginLimiter(
    () => (options) => new RateLimiterRedis({ storeClient, ...options, keyPrefix: run + options.keyPrefix }),
  )
}

function describePostgres(): void {
  const tableName = `latchkey_${randomUUID().replaceAll('-', '')}`
  const storeClient = new Pool({ connectionString: POSTGRES_URL, max: 8 })

  beforeAll(async () => {
    await new Promise<void>((resolve, reject) => {
      const limiter = new RateLimiterPostgres(
        { storeClient, tableName, points: 1, duration: 1, clearExpiredByTimeout: false },
        (error) => {
          if (error === undefined) resolve()
          else reject(error)
        },
      )
      return limiter
    })
  })
  afterAll(async () => {
    await storeClient.query(`drop table if exists "${tableName}"`)
    await storeClient.end()
  })

  describeLoginLimiter(
    () => (options) =>
      new RateLimiterPostgres({ storeClient, tableName, tableCreated: true, clearExpiredByTimeout: false, ...options }),
  )
}
