import { createClient } from 'redis'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connectIoredis, connectNodeRedis, createPrefix, DRIVERS, removeAll } from './drivers.fixture.ts'
import { at, idOf, NOW, recordOf } from './records.fixture.ts'
import { describeServices, SERVER_URL, startServer, withAdmin, type StartedServer } from './servers.fixture.ts'
import { redisSessionStore } from './session-store.ts'

describeServices('a server that forgets, stops or is out of reach', () => {
  let server: StartedServer
  beforeAll(async () => {
    server = await startServer('--appendonly', 'yes', '--appendfsync', 'always')
  }, 30_000)
  afterAll(() => server.close())

  describe.each(DRIVERS)('with %s', (name, connect) => {
    it('is sent the scripts again after SCRIPT FLUSH, in the middle of writes as well', async () => {
      const connection = await connect([server.url])
      const prefix = createPrefix()
      const store = redisSessionStore(connection.client, { prefix })
      await store.create(recordOf(), at())
      for (let version = 0; version < 40; version += 1) {
        const flushed = withAdmin(server.url, (admin) => admin.script('FLUSH'))
        const answers = await Promise.all([
          store.update(idOf(1), version, { data: { version } }, at()),
          store.touch(recordOf(), NOW + version, NOW + 60_000 + version, at()),
          store.create(recordOf({ id: idOf(100 + version) }), at()),
          store.listBySubject('alice', at()).then((list) => list.length > 0),
          flushed,
        ])
        expect(answers).toEqual([{ ok: true, version: version + 1 }, true, 'created', true, 'OK'])
      }
      await expect(store.read(idOf(1), at())).resolves.toMatchObject({ version: 40, data: { version: 39 } })
      await expect(store.destroyAllForSubject('alice', {}, at())).resolves.toBe(41)
      await connection.close()
    })

    it('rejects at once while it is down, and goes on when it is back', { timeout: 60_000 }, async () => {
      // With the queues of the drivers on, which is their default: a call must not wait in them.
      const client = name === 'ioredis' ? new Redis(server.url) : createClient({ url: server.url })
      client.on('error', () => {})
      await (client instanceof Redis ? client.ping() : client.connect())
      const prefix = createPrefix()
      const store = redisSessionStore(client, { prefix })
      await store.create(recordOf({ data: { kept: 1 } }), at())
      const lost = new Promise((resolve) => client.once(name === 'ioredis' ? 'close' : 'error', resolve))
      await server.kill()
      await lost
      try {
        await expect(store.read(idOf(1), at())).rejects.toThrow()
        await expect(store.update(idOf(1), 0, {}, at())).rejects.toThrow()
        await expect(store.destroyAllForSubject('alice', {}, at())).rejects.toThrow()
      } finally {
        const ready = new Promise((resolve) => client.once('ready', resolve))
        await server.start()
        await ready
      }
      await expect(store.read(idOf(1), at())).resolves.toEqual(recordOf({ data: { kept: 1 } }))
      await expect(store.update(idOf(1), 0, { label: 'after' }, at())).resolves.toEqual({ ok: true, version: 1 })
      await expect(store.destroyAllForSubject('alice', {}, at())).resolves.toBe(1)
      if (client instanceof Redis) client.disconnect()
      else client.destroy()
    })
  })

  it('rejects when the server hangs, with the options that the docblock recommends', { timeout: 30_000 }, async () => {
    const patient = createClient({
      url: server.url,
      disableOfflineQueue: true,
      socket: { socketTimeout: 400 },
      pingInterval: 100,
    })
    patient.on('error', () => {})
    await patient.connect()
    const other = new Redis(server.url, { commandTimeout: 400, autoResendUnfulfilledCommands: false })
    other.on('error', () => {})
    await other.ping()
    const stores = [patient, other].map((client) => redisSessionStore(client))
    server.freeze()
    try {
      await Promise.all(stores.map((store) => expect(store.read(idOf(1), at())).rejects.toThrow()))
    } finally {
      server.thaw()
    }
    patient.destroy()
    other.disconnect()
  })

  it('rejects where the client was never connected, or is closed', async () => {
    const client = createClient({ url: server.url })
    await expect(redisSessionStore(client).read(idOf(1), at())).rejects.toThrow('not connected')
    const connection = await connectNodeRedis([server.url])
    const store = redisSessionStore(connection.client)
    await connection.close()
    await expect(store.read(idOf(1), at())).rejects.toThrow('not connected')
    const other = await connectIoredis([server.url])
    const otherStore = redisSessionStore(other.client)
    await other.close()
    await expect(otherStore.update(idOf(1), 0, {}, at())).rejects.toThrow()
  })

  it('lets ioredis connect lazily, as its option asks for', async () => {
    const client = new Redis(server.url, { lazyConnect: true })
    await expect(redisSessionStore(client).read(idOf(404), at())).resolves.toBeNull()
    client.disconnect()
  })

  it.each(DRIVERS)('has its error passed on as it is, and no value of a record in it: %s', async (_, connect) => {
    const connection = await connect([SERVER_URL])
    const prefix = createPrefix()
    const store = redisSessionStore(connection.client, { prefix })
    await withAdmin(SERVER_URL, (admin) => admin.lpush(`${prefix}session:${idOf(1)}`, 'a list'))
    await store.create(recordOf({ id: idOf(2) }), at())
    const canary = 'canary-9b1c'
    const error: unknown = await store
      .update(idOf(1), 0, { label: canary, data: { canary } }, at())
      .catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ message: expect.stringContaining('WRONGTYPE') })
    expect(inspectDeeply(error)).not.toContain(canary)
    await removeAll([SERVER_URL], prefix)
    await connection.close()
  })
})

function inspectDeeply(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value)
  return Reflect.ownKeys(value)
    .map((key) => `${String(key)}: ${inspectDeeply(Reflect.get(value, key))}`)
    .join('\n')
}
