import type { RevocationStore } from '@latchkey/core'
import { describeRevocationStore, type RevocationStoreHarness } from '@latchkey/testing'
import { createClient } from 'redis'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { NodeRedisClient } from './client.ts'
import { createPrefix, describeServers, dump, lives, removeAll, type Connection } from './drivers.fixture.ts'
import { at, idOf, NOW } from './records.fixture.ts'
import { redisRevocationStore } from './revocation-store.ts'
import { describeServices, SERVER_URL } from './servers.fixture.ts'
import { createStage } from './stage.fixture.ts'

const HOUR = 3_600_000
const YEAR = 400 * 24 * HOUR

function createHarness(urls: readonly string[], connection: Connection | undefined): RevocationStoreHarness {
  if (connection === undefined) throw new Error('A connection is open')
  const prefix = createPrefix()
  return {
    store: redisRevocationStore(connection.client, { prefix }),
    expiresByItself: true,
    close: () => removeAll(urls, prefix),
  }
}

describe('redisRevocationStore()', () => {
  it.each([undefined, null, 'redis://', {}])('refuses %s as a client', (client) => {
    expect(() => redisRevocationStore(client as NodeRedisClient)).toThrow(
      expect.objectContaining({ code: 'ERR_CONFIG', option: 'client' }),
    )
  })

  it.each(['{', 'a}', 1, null])('refuses the prefix %j', (prefix) => {
    expect(() => redisRevocationStore(createClient(), { prefix: prefix as string })).toThrow(
      expect.objectContaining({ code: 'ERR_CONFIG', option: 'prefix' }),
    )
  })
})

describeServers('revocations in redis', 1, ({ urls, connections }) => {
  describeRevocationStore('redis', () => createHarness(urls(), connections()[0]))
})

describeServices('the keys and commands of revocations in redis', () => {
  const client = createClient({ url: SERVER_URL })
  let prefix = ''
  let sent: string[] = []
  let store: RevocationStore
  beforeAll(async () => void (await client.connect()))
  afterAll(() => client.destroy())
  beforeEach(async () => {
    prefix = createPrefix()
    const counted: NodeRedisClient = {
      get: (key) => (sent.push('GET'), client.get(key)),
      evalSha: (sha1, options) => (sent.push('EVALSHA'), client.evalSha(sha1, options)),
      eval: (script, options) => client.eval(script, options),
    }
    store = redisRevocationStore(counted, { prefix })
    sent = []
  })
  afterEach(() => removeAll([SERVER_URL], prefix))

  const judge = (id: string, subject: string | null, now = NOW): Promise<boolean> =>
    store.isRevoked({ ids: [id], subject, epoch: 0 }, at(now))
  const near = async (key: string, life: number): Promise<void> => {
    const left = (await lives([SERVER_URL], prefix)).get(key)
    expect(left).toBeLessThanOrEqual(life)
    expect(left).toBeGreaterThan(life - 30_000)
  }

  it('are one command for each question, and two for each answer', async () => {
    const commandsOf = async (task: () => Promise<unknown>): Promise<string[]> => {
      sent = []
      await task()
      return sent
    }
    expect(await commandsOf(() => judge(idOf(1), 'alice'))).toEqual(['EVALSHA'])
    expect(await commandsOf(() => judge(idOf(1), null))).toEqual(['GET'])
    expect(await commandsOf(() => store.epochOf('alice', at(NOW)))).toEqual(['GET'])
    expect(await commandsOf(() => store.changedSince(0, at(NOW)))).toEqual(['EVALSHA'])
    expect(await commandsOf(() => store.revoke({ id: idOf(1), subject: 'alice' }, NOW, at(NOW)))).toHaveLength(2)
    expect(await commandsOf(() => store.revokeAllForSubject('alice', {}, at(NOW)))).toHaveLength(2)
    expect(await commandsOf(() => store.deleteExpired(9, at(NOW)))).toEqual([])
  })

  it.each([
    ['far ahead of the server', NOW + 9e11],
    ['far behind the server', 5],
  ])('live as long as what they revoke and an hour, by a clock %s', async (_, now) => {
    await store.revoke({ id: idOf(1), subject: 'alice' }, now + 60_000, at(now))
    await store.revoke({ id: idOf(2), subject: null }, now + 120_000, at(now))
    await store.revokeAllForSubject('alice', {}, at(now))
    await near(`revoked:{"alice"}:${idOf(1)}`, HOUR + 60_000)
    await near(`revoked:{${idOf(2)}}`, HOUR + 120_000)
    await near('{revocations}:written', HOUR + 120_000)
    await near('{revocations}:until', HOUR + 120_000)
    await near('cut-off:{"alice"}', YEAR)
    await near('{revocations}:cut-offs', YEAR)
    await store.revoke({ id: idOf(2), subject: null }, now + 1, at(now + 1))
    await near(`revoked:{${idOf(2)}}`, HOUR + 120_000)
    await near('{revocations}:until', HOUR + 120_000)
  })

  it('hold one entry for each revocation and each subject, and let go of those that may be forgotten', async () => {
    for (let round = 0; round < 5; round += 1) {
      await store.revokeAllForSubject('alice', {}, at(NOW + round))
      await store.revoke({ id: idOf(1), subject: 'alice' }, NOW + round, at(NOW))
    }
    const count = (part: string): Promise<number> => client.zCard(`${prefix}{revocations}:${part}`)
    expect([await count('written'), await count('until'), await count('cut-offs')]).toEqual([1, 1, 1])
    await store.revoke({ id: idOf(2), subject: 'bob' }, NOW + 9 * HOUR, at(NOW + HOUR + 5))
    await store.revokeAllForSubject('bob', {}, at(NOW + YEAR + 9 * HOUR))
    const kept = { revoked: [{ id: idOf(2) }], cutOffs: [{ subject: 'bob' }] }
    await expect(store.changedSince(0, at(NOW))).resolves.toMatchObject(kept)
    expect([await count('written'), await count('until'), await count('cut-offs')]).toEqual([1, 1, 1])
  })

  it('of another form count as none, and are made good by the next cut-off', async () => {
    for (const value of ['', 'x', '1', '1 2', '-1 0 ', '1.5 0 ']) {
      await client.set(`${prefix}cut-off:{"alice"}`, value)
      expect(await judge(idOf(1), 'alice')).toBe(false)
      await expect(store.epochOf('alice', at(NOW))).resolves.toBe(0)
      await store.revokeAllForSubject('alice', {}, at(NOW))
      expect(await judge(idOf(1), 'alice')).toBe(true)
    }
    await client.zAdd(
      `${prefix}{revocations}:written`,
      ['x', '{}', '[1]', '[]'].map((value) => ({ score: NOW, value })),
    )
    await client.zAdd(
      `${prefix}{revocations}:cut-offs`,
      ['x', '["a"]', '["a","b"]'].map((value) => ({ score: NOW, value })),
    )
    const { revoked, cutOffs } = await store.changedSince(NOW, at(NOW))
    expect([revoked, cutOffs.map(({ subject }) => subject)]).toEqual([[], ['alice']])
  })

  it.each(['}', '{', '"', '', '\0', '\ud800', 'a}b{c'])(
    'keep the subject %j apart from every other',
    async (subject) => {
      await store.revoke({ id: idOf(1), subject }, NOW + 1, at(NOW))
      await store.revokeAllForSubject(subject, {}, at(NOW))
      expect([await judge(idOf(1), subject), await judge(idOf(2), subject)]).toEqual([true, true])
      expect([await judge(idOf(1), null), await judge(idOf(1), 'alice')]).toEqual([false, false])
      const { revoked, cutOffs } = await store.changedSince(0, at(NOW))
      expect([revoked[0]?.subject, cutOffs[0]?.subject]).toEqual([subject, subject])
    },
  )

  it('tell copies the later of two cut-offs, in whatever order their commands arrive', async () => {
    for (let order = 0; order < 6; order += 1) {
      const stage = createStage(client)
      const subject = `subject ${order}`
      const cutOffs = [1, 2].map((number) =>
        redisRevocationStore(stage.as(), { prefix }).revokeAllForSubject(subject, { except: idOf(number) }, at(NOW)),
      )
      const choices = [
        [0, 0, 0],
        [0, 1, 0],
        [0, 1, 1],
        [1, 0, 0],
        [1, 0, 1],
        [1, 1, 0],
      ][order]
      await Promise.all([...cutOffs, stage.play(choices)])
      const changes = await store.changedSince(0, at(NOW))
      const learnt = changes.cutOffs.filter((cutOff) => cutOff.subject === subject)
      expect(learnt).toEqual([{ subject, epoch: NOW + 1, spared: learnt[0]?.spared, floor: NOW }])
      const judged = [1, 2].map((number) => judge(idOf(number), subject))
      await expect(Promise.all(judged)).resolves.toEqual([true, true])
    }
  })

  it('let a call that broke off be made again', async () => {
    const stage = createStage(client)
    const dying = redisRevocationStore(stage.as(1), { prefix })
    // It is never answered.
    const unanswered = dying.revoke({ id: idOf(1), subject: 'alice' }, NOW + 9, at(NOW))
    await Promise.race([unanswered, stage.play()])
    expect(await judge(idOf(1), 'alice')).toBe(true)
    await expect(store.changedSince(0, at(NOW))).resolves.toEqual({ revoked: [], cutOffs: [] })
    await expect(store.revoke({ id: idOf(1), subject: 'alice' }, NOW + 9, at(NOW))).resolves.toBe(false)
    await expect(store.changedSince(0, at(NOW))).resolves.toMatchObject({ revoked: [{ id: idOf(1) }] })
    expect((await dump([SERVER_URL], prefix)).map(([key]) => key.slice(prefix.length))).toEqual([
      `revoked:{"alice"}:${idOf(1)}`,
      '{revocations}:until',
      '{revocations}:written',
    ])
  })
})
