import { createMemoryRevocationStore, type RootSecrets, type SessionGround, type StoreCall } from '@latchkey/core'
import { createTestRuntime, TEST_SECRETS } from '@latchkey/testing'
import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { resolveSealedOptions, type SealedSessionOptions } from './options.ts'
import { platformBox } from './platform-box.ts'
import type { SealBox } from './seal-box.ts'
import { createSealedApp, OTHER_SECRET } from './sealed.fixture.ts'
import { createSealedEngine } from './sealed-engine.ts'
import { contentsOf, forge, passwordOf } from './seals.fixture.ts'

const ANONYMOUS = {
  carrier: 'cookie',
  subject: null,
  scopes: [],
  authenticatedAt: null,
  amr: [],
  acr: null,
  epoch: 0,
  label: null,
  data: { a: 1 },
} as const

/** Only what an engine uses. */
const SECRETS: RootSecrets = {
  signingId: 1,
  highestId: 1,
  ids: [1],
  has: (id) => id === 1,
  deriveHmacKey: () => {
    throw new Error('not used')
  },
  deriveText: (id) => Promise.resolve(passwordOf(id)),
}

/** An engine whose box counts. */
function setUp(options: SealedSessionOptions = {}) {
  const runtime = createTestRuntime()
  const opened: string[] = []
  const box: SealBox = {
    seal: platformBox.seal,
    unseal: (seal, password) => {
      opened.push(seal.text)
      return platformBox.unseal(seal, password)
    },
  }
  const ground: SessionGround = {
    secrets: SECRETS,
    runtime,
    emit: () => {},
    cookie: { name: '__Host-session', capacity: 4_000 },
  }
  return { engine: createSealedEngine(resolveSealedOptions(options), ground, box), runtime, opened }
}

async function begin({ engine }: Pick<ReturnType<typeof setUp>, 'engine'>): Promise<string> {
  const record = await engine.create(ANONYMOUS)
  if (record === 'cut_off') throw new Error('cut off')
  return engine.credentialOf(record)
}

describe('createSealedEngine(): seals', () => {
  it('are of iron, and can be opened by iron-session with the derived password', async () => {
    const seal = await begin(setUp())
    expect(await contentsOf(seal)).toMatchObject({
      use: 'latchkey-session/2',
      cookie: '__Host-session',
      sub: null,
      data: { a: 1 },
    })
  })

  it('are read back when iron-session made them with that password', async () => {
    const { engine } = setUp()
    const contents = await contentsOf(await begin({ engine }))
    expect(await engine.load(await forge({ ...contents, data: { from: 'elsewhere' } }))).toMatchObject({
      status: 'live',
      record: { data: { from: 'elsewhere' } },
    })
  })

  it('are no session when any one character is another, missing or doubled', async () => {
    const { engine } = setUp()
    const seal = await begin({ engine })
    for (let at = 0; at < seal.length; at += 1) {
      const character = seal.charAt(at)
      const [before, after] = [seal.slice(0, at), seal.slice(at + 1)]
      const others = new Set([
        character === 'A' ? 'B' : 'A',
        character === '0' ? '1' : '0',
        character === 'f' ? 'e' : 'f',
        '',
        `${character}${character}`,
      ])
      for (const other of others) {
        expect(await engine.load(before + other + after), `${at}: ${other}`).toEqual({ status: 'unknown' })
      }
    }
    expect(await engine.load(seal)).toMatchObject({ status: 'live' })
  })

  it('are no session when they are anything else, and nothing throws', async () => {
    const { engine } = setUp()
    const seal = await begin({ engine })
    const piece = fc.nat(seal.length).chain((from) => fc.nat(seal.length).map((to) => seal.slice(from, to)))
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(piece).map((pieces) => pieces.join('')),
      fc.array(fc.oneof(piece, fc.string())).map((parts) => parts.join('*')),
    )
    await fc.assert(
      fc.asyncProperty(text, async (other) => {
        fc.pre(other !== seal)
        expect(await engine.load(other)).toEqual({ status: 'unknown' })
      }),
      { numRuns: 300 },
    )
  })

  it('are no session when they hold anything but one', async () => {
    const { engine } = setUp()
    await fc.assert(
      fc.asyncProperty(fc.dictionary(fc.string(), fc.jsonValue()), async (values) => {
        expect(await engine.load(await forge(values))).toEqual({ status: 'unknown' })
      }),
      { numRuns: 100 },
    )
  })

  it('rotate by id: an old secret opens until it is retired, a new one seals', async () => {
    const old = TEST_SECRETS[1] ?? ''
    const first = await createSealedApp().begin({ a: 1 })
    const both = createSealedApp({}, { secrets: { 1: old, 2: OTHER_SECRET } })
    const accepting = createSealedApp({}, { secrets: { 1: old, 2: OTHER_SECRET }, signWith: 1 })
    const only = createSealedApp({}, { secrets: { 2: OTHER_SECRET } })
    const reused = createSealedApp({}, { secrets: { 1: OTHER_SECRET } })
    const second = await both.begin({ b: 2 })
    expect(second).toMatch(/^Fe26\.2\*2\*/)
    expect(await accepting.begin({})).toBe('')
    expect(await accepting.begin({ c: 3 })).toMatch(/^Fe26\.2\*1\*/)
    expect([await both.values(first), await both.values(second)]).toEqual([{ a: 1 }, { b: 2 }])
    expect([await accepting.values(first), await accepting.values(second)]).toEqual([{ a: 1 }, { b: 2 }])
    expect([await only.values(first), await only.values(second)]).toEqual([{}, { b: 2 }])
    expect([await reused.values(first), await reused.values(second)]).toEqual([{}, {}])
  })
})

describe('createSealedEngine(): seals that were opened before', () => {
  it('are not opened again', async () => {
    const { engine, opened } = setUp()
    const seal = await begin({ engine })
    for (let times = 0; times < 3; times += 1) expect(await engine.load(seal)).toMatchObject({ status: 'live' })
    expect(opened).toEqual([seal])
  })

  it('are judged by the clock each time', async () => {
    const { engine, runtime } = setUp({ idleTimeout: '1h' })
    const seal = await begin({ engine })
    expect(await engine.load(seal)).toMatchObject({ status: 'live', renewal: undefined })
    runtime.advance('30m')
    expect(await engine.load(seal)).toMatchObject({ status: 'live', renewal: { lastSeenAt: runtime.now() } })
    runtime.advance('30m')
    expect(await engine.load(seal)).toMatchObject({ status: 'expired' })
  })

  it('are judged by the revocations each time', async () => {
    const memory = createMemoryRevocationStore()
    let calls = 0
    const revocations = {
      ...memory,
      isRevoked: (...call: Parameters<typeof memory.isRevoked>) => ((calls += 1), memory.isRevoked(...call)),
    }
    const { engine, opened, runtime } = setUp({ revocations })
    const seal = await begin({ engine })
    calls = 0
    const loaded = await engine.load(seal)
    expect(await engine.load(seal)).toMatchObject({ status: 'live' })
    expect(calls).toBe(2)
    if (loaded.status !== 'live') throw new Error(loaded.status)
    const at: StoreCall = { now: runtime.now() }
    await memory.revoke(loaded.record, loaded.record.absoluteExpiresAt, at)
    expect(await engine.load(seal)).toEqual({ status: 'unknown' })
    expect(opened).toEqual([seal])
  })

  it('cost one opening each where none may be remembered', async () => {
    const { engine, opened } = setUp({ rememberedSeals: 0 })
    const seal = await begin({ engine })
    await engine.load(seal)
    await engine.load(seal)
    expect(opened).toHaveLength(2)
  })

  it('never include one that could not be opened', async () => {
    const { engine, opened } = setUp()
    const seal = await begin({ engine })
    const forged = `${seal.slice(0, -4)}${seal.at(-4) === 'A' ? 'B' : 'A'}${seal.slice(-3)}`
    await engine.load(forged)
    await engine.load(forged)
    expect(opened).toEqual([forged, forged])
  })

  it('cost nothing where the form is wrong: neither an opening nor a call', async () => {
    const down = () => Promise.reject(new Error('down'))
    const { engine, opened } = setUp({ revocations: { ...createMemoryRevocationStore(), isRevoked: down } })
    for (const text of ['', 'x', 'A'.repeat(1_048_576), `lks_${'0'.repeat(32)}.0.${'A'.repeat(43)}`]) {
      expect(await engine.load(text)).toEqual({ status: 'unknown' })
    }
    expect(opened).toEqual([])
  })
})

describe('createSealedEngine(): what it cannot do', () => {
  it('knows no refresh token, and gives out none', async () => {
    const { engine } = setUp()
    const record = await engine.create(ANONYMOUS)
    if (record === 'cut_off') throw new Error('cut off')
    expect(await engine.prove(await engine.credentialOf(record))).toEqual({ status: 'unknown' })
    await expect(engine.create({ ...ANONYMOUS, carrier: 'refresh' })).rejects.toThrow(
      expect.objectContaining({ reason: 'not_configured' }),
    )
  })
})

describe('the store of revocations', () => {
  const UNAVAILABLE = expect.objectContaining({ code: 'ERR_UNAVAILABLE' })

  it.each([undefined, null, 0, 1, '', 'no', {}])('takes its answer %j for a fault, not for "alive"', async (answer) => {
    const revocations = createMemoryRevocationStore()
    const { engine } = setUp({ revocations: { ...revocations, isRevoked: async () => answer as never } })
    await expect(begin({ engine })).rejects.toThrow(UNAVAILABLE)
    const known = setUp({ revocations })
    const seal = await begin(known)
    await expect(engine.load(seal)).rejects.toThrow(UNAVAILABLE)
  })

  it('is given up after its time limit, and told so', async () => {
    let signal: AbortSignal | undefined
    const hanging = {
      ...createMemoryRevocationStore(),
      isRevoked: (_: unknown, call: StoreCall) => {
        signal = call.signal
        return new Promise<boolean>(() => {})
      },
    }
    const seal = await begin(setUp())
    for (const [storeTimeout, limit] of [
      [undefined, 2_000],
      ['5s', 5_000],
    ] as const) {
      const options = storeTimeout === undefined ? {} : { storeTimeout }
      const { engine, runtime } = setUp({ revocations: hanging, ...options })
      signal = undefined
      const loading = engine.load(seal)
      const outcome = loading.catch((error: unknown) => error)
      await vi.waitFor(() => expect(signal).toBeDefined())
      runtime.advance(`${limit / 1_000}s`)
      expect(await outcome).toEqual(UNAVAILABLE)
      expect((signal as AbortSignal | undefined)?.aborted).toBe(true)
    }
  })
})
