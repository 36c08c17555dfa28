/**
 * Both drivers, on one server and on a cluster, and a look behind the store.
 *
 * @module
 */

import { randomUUID } from 'node:crypto'
import type { SessionStoreHarness } from '@latchkey/testing'
import { Cluster, Redis } from 'ioredis'
import { createClient, createCluster } from 'redis'
import { afterAll, beforeAll, describe } from 'vitest'
import type { RedisClient } from './client.ts'
import { describeServices, SERVER_URL, startCluster, withAdmin, type StartedCluster } from './servers.fixture.ts'
import { redisSessionStore } from './session-store.ts'

/** A client of a driver, connected. */
export interface Connection {
  readonly client: RedisClient
  close(): Promise<void>
}

/** Connects one of the drivers to one server, or to the cluster that several servers form. */
export type Connect = (urls: readonly string[]) => Promise<Connection>

/** The drivers by name. */
export const DRIVERS: readonly (readonly [string, Connect])[] = [
  ['node-redis', connectNodeRedis],
  ['ioredis', connectIoredis],
]

/** Connects node-redis as the docblock of the store recommends. */
export async function connectNodeRedis(urls: readonly string[]): Promise<Connection> {
  if (urls.length === 1) {
    const client = createClient({ url: urls[0] ?? '', disableOfflineQueue: true })
    client.on('error', () => {})
    await client.connect()
    return { client, close: async () => client.destroy() }
  }
  const client = createCluster({ rootNodes: urls.map((url) => ({ url })), defaults: { disableOfflineQueue: true } })
  client.on('error', () => {})
  await client.connect()
  return { client, close: async () => client.destroy() }
}

/** Connects ioredis as the docblock of the store recommends. */
export async function connectIoredis(urls: readonly string[]): Promise<Connection> {
  const options = { enableOfflineQueue: false, autoResendUnfulfilledCommands: false, lazyConnect: true }
  const client =
    urls.length === 1
      ? new Redis(urls[0] ?? '', options)
      : new Cluster([...urls], { enableOfflineQueue: false, lazyConnect: true })
  client.on('error', () => {})
  await client.connect()
  return { client, close: async () => client.disconnect() }
}

/** A prefix that no other test uses. */
export function createPrefix(): string {
  return `latchkey-test:${randomUUID()}:`
}

/** Makes the harness of the contract suite, on connections that the test file keeps open. */
export function createHarness(urls: readonly string[], connections: readonly Connection[]): SessionStoreHarness {
  const [one, other] = connections as [Connection, Connection]
  const prefix = createPrefix()
  return {
    store: redisSessionStore(one.client, { prefix }),
    expiresByItself: true,
    rawDump: async () => JSON.stringify(await dump(urls, prefix)),
    reopen: async () => redisSessionStore(other.client, { prefix }),
    close: () => removeAll(urls, prefix),
  }
}

/** Everything under a prefix, by key, without the times to live. */
export async function dump(urls: readonly string[], prefix: string): Promise<readonly (readonly [string, unknown])[]> {
  const entries: [string, unknown][] = []
  await eachKey(urls, prefix, async (admin, key) => {
    const isText = (await admin.type(key)) === 'string'
    entries.push([key, isText ? await admin.get(key) : await admin.zrange(key, '0', '-1', 'WITHSCORES')])
  })
  return entries.toSorted(([one], [next]) => (one < next ? -1 : 1))
}

/** The milliseconds that each key under a prefix has left to live. */
export async function lives(urls: readonly string[], prefix: string): Promise<ReadonlyMap<string, number>> {
  const found = new Map<string, number>()
  await eachKey(urls, prefix, async (admin, key) => {
    found.set(key.slice(prefix.length), await admin.pttl(key))
  })
  return found
}

/** Removes everything under a prefix. */
export function removeAll(urls: readonly string[], prefix: string): Promise<void> {
  return eachKey(urls, prefix, (admin, key) => admin.unlink(key))
}

async function eachKey(
  urls: readonly string[],
  prefix: string,
  visit: (admin: Redis, key: string) => Promise<unknown>,
): Promise<void> {
  for (const url of urls) {
    await withAdmin(url, async (admin) => {
      for await (const keys of admin.scanStream({ match: `${prefix}*`, count: 1_000 })) {
        await Promise.all((keys as string[]).map((key) => visit(admin, key)))
      }
    })
  }
}

/** What tests on one server or on a cluster work with; both are there when a test runs. */
export interface Servers {
  /** Where they are. */
  urls(): readonly string[]
  /** So many connections, as many as were asked for. */
  connections(): readonly Connection[]
}

/** Defines tests for one server and for a cluster of three masters, with either driver. */
export function describeServers(name: string, count: number, define: (servers: Servers) => void): void {
  describeServices(name, () => {
    describe.each(DRIVERS)('one server, %s', (_, connect) => {
      defineOn(connect, () => [SERVER_URL])
    })

    describe('a cluster of three masters', () => {
      let cluster: StartedCluster | undefined
      beforeAll(async () => {
        cluster = await startCluster()
      }, 60_000)
      afterAll(() => cluster?.close())
      describe.each(DRIVERS)('%s', (_, connect) => {
        defineOn(connect, () => cluster?.urls ?? [])
      })
    })
  })

  function defineOn(connect: Connect, urls: () => readonly string[]): void {
    let connections: readonly Connection[] = []
    beforeAll(async () => {
      connections = await Promise.all(Array.from({ length: count }, () => connect(urls())))
    })
    afterAll(async () => void (await Promise.all(connections.map((connection) => connection.close()))))
    define({ urls, connections: () => connections })
  }
}
