import { createMemorySessionStore, type SessionStoreParts } from '@latchkey/core'
import { redisSessionStore } from '@latchkey/redis'
import { describeSameAnswers } from '@latchkey/testing'
import { afterAll, beforeAll } from 'vitest'
import {
  createTables,
  mariadbDialect,
  postgresDialect,
  sqliteDialect,
  type TestTables,
} from '../../../kysely/src/databases.fixture.ts'
import {
  connectIoredis,
  connectNodeRedis,
  createPrefix,
  removeAll,
  type Connection,
} from '../../../redis/src/drivers.fixture.ts'
import { describeServices, SERVER_URL, startCluster, type StartedCluster } from '../../../redis/src/servers.fixture.ts'

describeSameAnswers(
  'memory and SQLite',
  async () => {
    const tables = await createTables(sqliteDialect)
    return { stores: { memory: createMemorySessionStore(), SQLite: tables.store }, close: () => tables.drop() }
  },
  { runs: 200 },
)

describeServices('all servers', () => {
  const databases = new Map<string, TestTables>()
  let cluster: StartedCluster | undefined
  let connections: readonly Connection[] = []

  beforeAll(async () => {
    cluster = await startCluster()
    connections = await Promise.all([connectNodeRedis([SERVER_URL]), connectIoredis(cluster.urls)])
    for (const [name, makeDialect] of [
      ['SQLite', sqliteDialect],
      ['PostgreSQL', postgresDialect],
      ['MariaDB', mariadbDialect],
    ] as const) {
      databases.set(name, await createTables(() => makeDialect()))
    }
  }, 60_000)
  afterAll(async () => {
    for (const tables of databases.values()) await tables.drop()
    for (const connection of connections) await connection.close()
    await cluster?.close()
  })

  describeSameAnswers('memory, SQLite, PostgreSQL, MariaDB, Redis and Redis Cluster', async () => {
    const prefix = createPrefix()
    const [one, many] = connections.map(({ client }) => redisSessionStore(client, { prefix }))
    if (one === undefined || many === undefined) throw new Error('The servers are connected first')
    const stores: Record<string, SessionStoreParts> = { memory: createMemorySessionStore() }
    for (const [name, tables] of databases) {
      await tables.clear()
      stores[name] = tables.store
    }
    return {
      stores: { ...stores, Redis: one, 'Redis Cluster': many },
      close: () => removeAll([SERVER_URL, ...(cluster?.urls ?? [])], prefix),
    }
  })
})
