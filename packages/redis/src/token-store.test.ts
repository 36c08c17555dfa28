import type { TokenRecord } from '@latchkey/core'
import { describeTokenStore, type TokenStoreHarness } from '@latchkey/testing'
import { createClient } from 'redis'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { NodeRedisClient } from './client.ts'
import { createPrefix, describeServers, DRIVERS, dump, lives, removeAll, type Connection } from './drivers.fixture.ts'
import { at, idOf, NOW } from './records.fixture.ts'
import { describeServices, SERVER_URL } from './servers.fixture.ts'
import { redisTokenStore } from './token-store.ts'

const HOUR = 3_600_000

function tokenOf(fields: Partial<TokenRecord> = {}): TokenRecord {
  const times = { createdAt: NOW, expiresAt: NOW + 60_000, lastUsedAt: null }
  return { id: idOf(1), purpose: 'reset', subject: 'alice', digest: 'ZGlnZXN0', ...times, data: {}, ...fields }
}

function createHarness(urls: readonly string[], connection: Connection | undefined): TokenStoreHarness {
  if (connection === undefined) throw new Error('A connection is open')
  const prefix = createPrefix()
  return {
    store: redisTokenStore(connection.client, { prefix }),
    expiresByItself: true,
    rawDump: async () => JSON.stringify(await dump(urls, prefix)),
    close: () => removeAll(urls, prefix),
  }
}

describe('redisTokenStore()', () => {
  it.each([undefined, null, 'redis://', {}])('refuses %s as a client', (client) => {
    expect(() => redisTokenStore(client as NodeRedisClient)).toThrow(
      expect.objectContaining({ code: 'ERR_CONFIG', option: 'client' }),
    )
  })

  it.each(['{', 'a}', 1, null])('refuses the prefix %j', (prefix) => {
    expect(() => redisTokenStore(createClient(), { prefix: prefix as string })).toThrow(
      expect.objectContaining({ code: 'ERR_CONFIG', option: 'prefix' }),
    )
  })
})

describeServers('tokens in redis', 1, ({ urls, connections }) => {
  describeTokenStore('redis', () => createHarness(urls(), connections()[0]))
})

describeServices('the keys of tokens in redis', () => {
  const client = createClient({ url: SERVER_URL })
  let prefix = ''
  beforeAll(async () => void (await client.connect()))
  afterAll(() => client.destroy())
  beforeEach(() => {
    prefix = createPrefix()
  })
  afterEach(() => removeAll([SERVER_URL], prefix))

  const TOKEN = `token:${idOf(1)}`
  const LIST = 'tokens:["alice","reset"]'
  const left = async (key: string): Promise<number | undefined> => (await lives([SERVER_URL], prefix)).get(key)
  const near = async (key: string, life: number): Promise<void> => {
    expect(await left(key)).toBeLessThanOrEqual(life)
    expect(await left(key)).toBeGreaterThan(life - 30_000)
  }

  it.each([
    ['far ahead of the server', NOW + 9e11],
    ['far behind the server', 5],
  ])('live as long as the token and an hour, by a clock %s', async (_, now) => {
    const store = redisTokenStore(client, { prefix })
    await store.create(tokenOf({ createdAt: now, expiresAt: now + 60_000 }), at(now))
    await near(TOKEN, HOUR + 60_000)
    await near(LIST, HOUR + 60_000)
    await store.touch(idOf(1), now + 50_000, now, at(now + 50_000))
    await near(TOKEN, HOUR + 60_000)
  })

  it('of a token without expiry stay, and so does the list while such a token is in it', async () => {
    const store = redisTokenStore(client, { prefix })
    await store.create(tokenOf({ id: idOf(2), expiresAt: NOW + 9 * HOUR }), at(NOW))
    await store.create(tokenOf({ id: idOf(3), expiresAt: NOW + HOUR }), at(NOW))
    await near(LIST, 10 * HOUR)
    await store.create(tokenOf({ expiresAt: null }), at(NOW))
    await store.create(tokenOf({ id: idOf(4) }), at(NOW))
    expect([await left(TOKEN), await left(LIST)]).toEqual([-1, -1])
    await store.revokeAll('alice', 'reset', at(NOW))
    expect([...(await lives([SERVER_URL], prefix)).keys()]).toEqual([])
  })

  it('forget registrations an hour after their expiry, and those whose row is gone', async () => {
    const store = redisTokenStore(client, { prefix })
    await store.create(tokenOf(), at(NOW))
    await store.create(tokenOf({ id: idOf(2), expiresAt: NOW + 9 * HOUR }), at(NOW + HOUR + 60_000))
    await store.create(tokenOf({ id: idOf(3), expiresAt: NOW + 9 * HOUR }), at(NOW))
    await client.del(`${prefix}token:${idOf(3)}`)
    await expect(store.listBySubject('alice', 'reset', at(NOW))).resolves.toMatchObject([{ id: idOf(2) }])
    expect(await client.zRange(`${prefix}${LIST}`, 0, -1)).toEqual([idOf(2)])
  })

  it('of another format or none at all read as absent, and are never overwritten, and can be revoked', async () => {
    const store = redisTokenStore(client, { prefix })
    for (const value of ['', 'x', '2\n"ZGlnZXN0"\n-\n-\n{}', '1\n"ZGlnZXN0"\n-\n-\n{', '1\n\n\n\n\n']) {
      await client.set(`${prefix}${TOKEN}`, value)
      await expect(store.read(idOf(1), at(NOW))).resolves.toBeNull()
      await expect(store.create(tokenOf(), at(NOW))).resolves.toBe('exists')
      expect(await client.get(`${prefix}${TOKEN}`)).toBe(value)
      await store.revoke(idOf(1), at(NOW))
      expect([...(await lives([SERVER_URL], prefix)).keys()]).toEqual([])
    }
  })

  it('let one of 20 consumers on several connections win', async () => {
    const connections = await Promise.all(DRIVERS.map(([, connect]) => connect([SERVER_URL])))
    const [one, other] = connections.map((connection) => redisTokenStore(connection.client, { prefix }))
    if (one === undefined || other === undefined) throw new Error('Two connections are open')
    for (let round = 0; round < 20; round += 1) {
      await one.create(tokenOf({ id: idOf(round) }), at(NOW))
      const outcomes = await Promise.all(
        Array.from({ length: 20 }, (_, racer) =>
          (racer % 2 === 0 ? one : other).consume(idOf(round), 'ZGlnZXN0', at(NOW)),
        ),
      )
      expect(outcomes.filter(Boolean)).toHaveLength(1)
    }
    await Promise.all(connections.map((connection) => connection.close()))
  })
})
