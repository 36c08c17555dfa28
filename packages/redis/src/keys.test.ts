import { createClient } from 'redis'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { SessionStoreParts } from '@latchkey/core'
import type { NodeRedisClient } from './client.ts'
import { createPrefix, dump, lives, removeAll } from './drivers.fixture.ts'
import { at, idOf, NOW, recordOf } from './records.fixture.ts'
import { describeServices, SERVER_URL } from './servers.fixture.ts'
import { redisSessionStore } from './session-store.ts'

const HOUR = 3_600_000

describe('redisSessionStore()', () => {
  it.each([undefined, null, 'redis://', {}, () => {}])('refuses %s as a client', (client) => {
    expect(() => redisSessionStore(client as NodeRedisClient)).toThrow(
      expect.objectContaining({ code: 'ERR_CONFIG', option: 'client' }),
    )
  })

  it.each(['{', 'a}', '{}', 1, null])(
    'refuses the prefix %j, which would tear the keys of a subject apart',
    (prefix) => {
      expect(() => redisSessionStore(createClient(), { prefix: prefix as string })).toThrow(
        expect.objectContaining({ code: 'ERR_CONFIG', option: 'prefix' }),
      )
    },
  )
})

describeServices('the keys and commands of a store', () => {
  const client = createClient({ url: SERVER_URL })
  let prefix = ''
  let sent: string[] = []
  let store: SessionStoreParts
  beforeAll(async () => void (await client.connect()))
  afterAll(() => client.destroy())
  beforeEach(async () => {
    prefix = createPrefix()
    sent = []
    const counted: NodeRedisClient = {
      get: (key) => (sent.push('GET'), client.get(key)),
      evalSha: (sha1, options) => (sent.push('EVALSHA'), client.evalSha(sha1, options)),
      eval: (script, options) => (sent.push('EVAL'), client.eval(script, options)),
    }
    store = redisSessionStore(counted, { prefix })
    // Whichever script the server does not know yet it knows after this.
    for (const subject of ['warm', null]) {
      await store.create(recordOf({ id: idOf(90), subject }), at())
      await store.touch(recordOf({ id: idOf(90), subject }), NOW, NOW, at())
      await store.update(idOf(90), 0, {}, at())
      await store.listBySubject('warm', at())
      await store.destroyAllForSubject('warm', { except: idOf(90) }, at())
      await store.destroy(idOf(90), at())
    }
    await removeAll([SERVER_URL], prefix)
    sent = []
  })
  afterEach(() => removeAll([SERVER_URL], prefix))

  const left = async (key: string): Promise<number> => (await lives([SERVER_URL], prefix)).get(key) ?? NaN
  const keys = async (): Promise<string[]> => [...(await lives([SERVER_URL], prefix)).keys()].toSorted()
  const SESSION = `session:${idOf(1)}`

  it('are one GET for a read, whatever it finds', async () => {
    await store.create(recordOf(), at())
    for (const [id, now] of [
      [idOf(1), NOW],
      [idOf(1), NOW + 60_000],
      [idOf(2), NOW],
    ] as const) {
      sent = []
      await store.read(id, at(now))
      expect(sent).toEqual(['GET'])
    }
  })

  it.each([
    ['update', 1, () => store.update(idOf(1), 0, { label: 'x' }, at())],
    ['update, of another version', 1, () => store.update(idOf(1), 7, {}, at())],
    ['update, of what is absent', 1, () => store.update(idOf(2), 0, {}, at())],
    ['touch', 2, () => store.touch(recordOf(), NOW + 1, NOW + 70_000, at())],
    [
      'touch, without a subject',
      1,
      () => store.touch(recordOf({ id: idOf(2), subject: null }), NOW + 1, NOW + 70_000, at()),
    ],
    ['touch, of what is absent', 3, () => store.touch(recordOf({ id: idOf(2) }), NOW + 1, NOW + 70_000, at())],
    ['destroy', 2, () => store.destroy(idOf(1), at())],
    ['create', 3, () => store.create(recordOf({ id: idOf(2) }), at())],
    ['create, without a subject', 1, () => store.create(recordOf({ id: idOf(2), subject: null }), at())],
    ['create, of what exists', 1, () => store.create(recordOf(), at())],
    ['listBySubject, with one session', 2, () => store.listBySubject('alice', at())],
    ['destroyAllForSubject, with one session', 3, () => store.destroyAllForSubject('alice', {}, at())],
  ])('are for %s so many EVALSHA: %i', async (_, count, call) => {
    await store.create(recordOf(), at())
    sent = []
    await call()
    expect(sent).toEqual(Array.from({ length: count }, () => 'EVALSHA'))
  })

  it('may be sent twice at a login, all but the first', async () => {
    let count = 0
    const twice: NodeRedisClient = {
      get: (key) => client.get(key),
      async evalSha(sha1, options) {
        count += 1
        if (count > 1) await client.evalSha(sha1, options)
        return client.evalSha(sha1, options)
      },
      eval: (script, options) => client.eval(script, options),
    }
    await expect(redisSessionStore(twice, { prefix }).create(recordOf(), at())).resolves.toBe('created')
    await expect(store.read(idOf(1), at())).resolves.toEqual(recordOf())
    await expect(store.listBySubject('alice', at())).resolves.toHaveLength(1)
  })

  it('are not sent any more when the call is given up before node-redis has written them', async () => {
    const direct = redisSessionStore(client, { prefix })
    await direct.create(recordOf(), at())
    const controller = new AbortController()
    const call = direct.update(idOf(1), 0, { label: 'late' }, { now: NOW, signal: controller.signal })
    controller.abort(new Error('given up'))
    await expect(call).rejects.toThrow('aborted')
    await expect(direct.read(idOf(1), at())).resolves.toEqual(recordOf())
  })

  it('are none for a sweep', async () => {
    await store.create(recordOf({ idleExpiresAt: NOW }), at())
    sent = []
    await expect(store.deleteExpired(10, at())).resolves.toBe(0)
    expect(sent).toEqual([])
  })

  it('are a key for the session, and one for the list of its subject', async () => {
    await store.create(recordOf({ id: idOf(2), subject: null }), at())
    expect(await keys()).toEqual([`session:${idOf(2)}`])
    await store.create(recordOf(), at())
    expect(await keys()).toEqual([SESSION, `session:${idOf(2)}`, 'subject:{"alice"}:sessions'])
    await store.destroy(idOf(1), at())
    await store.destroy(idOf(2), at())
    expect(await keys()).toEqual([])
  })

  it('are but an epoch after a cut-off', async () => {
    await store.create(recordOf(), at())
    await store.destroyAllForSubject('alice', {}, at())
    expect(await keys()).toEqual(['subject:{"alice"}:epoch'])
    expect(await left('subject:{"alice"}:epoch')).toBeGreaterThan(399 * 24 * HOUR)
  })

  it.each([
    ['a clock far ahead of the server', NOW + 9e11],
    ['a clock far behind the server', 5],
  ])('live as long as the record and an hour, by %s', async (_, now) => {
    const times = { createdAt: now, lastSeenAt: now, idleExpiresAt: now + 60_000, absoluteExpiresAt: now + HOUR }
    const record = recordOf(times)
    await store.create(record, at(now))
    const expectLife = async (key: string, life: number): Promise<void> => {
      const actual = await left(key)
      expect(actual).toBeLessThanOrEqual(life)
      expect(actual).toBeGreaterThan(life - 30_000)
    }
    await expectLife(SESSION, HOUR + 60_000)
    await expectLife('subject:{"alice"}:sessions', 2 * HOUR)

    await store.touch(record, now + 50_000, now + 50_000 + 600_000, at(now + 50_000))
    await expectLife(SESSION, HOUR + 600_000)
    await store.touch(record, now, now + 9 * HOUR, at(now))
    await expectLife(SESSION, 2 * HOUR)
    await store.update(idOf(1), 0, { idleExpiresAt: now + 1_200_000 }, at(now))
    await expectLife(SESSION, HOUR + 1_200_000)
    await store.destroyAllForSubject('alice', { except: idOf(1) }, at(now))
    await expectLife(SESSION, HOUR + 1_200_000)
    await expectLife('subject:{"alice"}:sessions', 2 * HOUR)
    expect([...(await lives([SERVER_URL], prefix)).values()].filter((life) => life < 0)).toEqual([])
  })

  it('live for an hour where the record has expired', async () => {
    await store.create(recordOf({ idleExpiresAt: NOW - 9 * HOUR }), at())
    expect(await left(SESSION)).toBeGreaterThan(HOUR - 30_000)
    expect(await left(SESSION)).toBeLessThanOrEqual(HOUR)
  })

  it('shorten the life of the list for no later session', async () => {
    await store.create(recordOf({ absoluteExpiresAt: NOW + 9 * HOUR }), at())
    await store.create(recordOf({ id: idOf(2), absoluteExpiresAt: NOW + 2 * HOUR }), at())
    expect(await left('subject:{"alice"}:sessions')).toBeGreaterThan(9.9 * HOUR)
  })

  it('forget registrations an hour after their absolute expiry, so that the list is bounded', async () => {
    for (const number of [1, 2, 3]) {
      await store.create(recordOf({ id: idOf(number), absoluteExpiresAt: NOW + number * HOUR }), at())
    }
    await store.create(recordOf({ id: idOf(4), absoluteExpiresAt: NOW + 9 * HOUR }), at(NOW + 3 * HOUR))
    const list = (await dump([SERVER_URL], prefix)).find(([key]) => key.endsWith(':sessions'))?.[1] as string[]
    expect(list.filter((_, position) => position % 2 === 0)).toEqual([3, 4].map(idOf))
  })

  it('are cleared of a registration whose row is gone, when the list meets it', async () => {
    await store.create(recordOf(), at())
    await client.del(`${prefix}${SESSION}`)
    await expect(store.listBySubject('alice', at())).resolves.toEqual([])
    expect(await keys()).toEqual([])
  })

  it('of another format or none at all read as absent, are never overwritten, and can be destroyed', async () => {
    for (const value of ['', 'x', '[1\n,"live"\n]', '{"id":1}']) {
      await client.set(`${prefix}${SESSION}`, value)
      const told: string[] = []
      const onUndecodable = (id: string): void => void told.push(id)
      await expect(store.read(idOf(1), { ...at(), onUndecodable })).resolves.toBeNull()
      expect(told).toEqual([idOf(1)])
      await expect(store.update(idOf(1), 0, {}, at())).resolves.toEqual({ ok: false, why: 'gone' })
      await expect(store.touch(recordOf(), NOW, NOW, at())).resolves.toBe(false)
      await expect(store.create(recordOf(), at())).resolves.toBe('exists')
      expect(await client.get(`${prefix}${SESSION}`)).toBe(value)
      await expect(store.destroy(idOf(1), at())).resolves.toBe(false)
      expect(await keys()).toEqual([])
    }
  })

  it('of two prefixes are of two stores', async () => {
    const other = redisSessionStore(client, { prefix: `${prefix}other:` })
    await store.create(recordOf(), at())
    await other.destroyAllForSubject('alice', {}, at())
    await expect(other.read(idOf(1), at())).resolves.toBeNull()
    await expect(store.read(idOf(1), at())).resolves.not.toBeNull()
    await expect(store.epochOf('alice', at())).resolves.toBe(0)
  })
})
