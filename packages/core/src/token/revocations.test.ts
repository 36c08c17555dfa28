import { createTestRuntime, TEST_KEYS } from '@latchkey/testing'
import { describe, expect, it } from 'vitest'
import type { AccessTokenClaims } from '../authentication.ts'
import { createMemoryRevocationStore } from '../memory/revocation-store.ts'
import type { RevocationStore } from '../revocation-port.ts'
import { createKeyring } from './keyring.ts'
import { resolveTokenOptions } from './options.ts'
import { createTokenRevocations } from './revocations.ts'

const POLICY = resolveTokenOptions({ issuer: 'https://api.test', audience: 'api' })
const SESSION = 'ab'.repeat(16)
const UNAVAILABLE = expect.objectContaining({ code: 'ERR_UNAVAILABLE' })

function begin(replaced: Partial<Record<keyof RevocationStore, unknown>> = {}) {
  const runtime = createTestRuntime()
  const store = createMemoryRevocationStore()
  const revocations = createTokenRevocations({ store: { ...store, ...replaced } }, POLICY, runtime)
  const iat = Math.floor(runtime.now() / 1_000)
  const claims: AccessTokenClaims = {
    iss: 'https://api.test',
    aud: 'api',
    sub: 'alice',
    jti: 'AbCdEfGhIjKlMnOpQrStUv',
    sid: SESSION,
    iat,
    exp: iat + 3_600,
    epoch: 7,
  }
  return { runtime, store, revocations, claims }
}

describe('createTokenRevocations()', () => {
  it.each<[string, object, boolean]>([
    ['the token', { sid: undefined }, true],
    ['another of the session', { jti: 'x' }, false],
    ['that of another subject', { sub: 'bob' }, false],
  ])('revokes one token by its id, and so %s', async (_, changes, expected) => {
    const { revocations, claims } = begin()
    expect(await revocations.isRevoked(claims, false)).toBe(false)
    expect(await revocations.revokeToken(claims)).toBe(true)
    expect(await revocations.revokeToken(claims)).toBe(false)
    expect(await revocations.isRevoked({ ...claims, ...changes }, false)).toBe(expected)
  })

  it.each(['7f9c1c0e-3d2b-4b6a-9d57-0a1b2c3d4e5f', 'short', 'ü'.repeat(200)])(
    'revokes a token whose id is of another form: %s',
    async (jti) => {
      const { revocations, claims } = begin()
      await revocations.revokeToken({ ...claims, jti })
      expect(await revocations.isRevoked({ ...claims, jti }, false)).toBe(true)
      expect(await revocations.isRevoked({ ...claims, jti: `${jti}.` }, false)).toBe(false)
    },
  )

  it('revokes all tokens of a session, with those that are being issued', async () => {
    const { revocations, claims, runtime, store } = begin()
    await revocations.revokeSession({ id: SESSION, subject: 'alice' })
    for (const jti of ['one', 'two']) expect(await revocations.isRevoked({ ...claims, jti }, false)).toBe(true)
    expect(await revocations.isRevoked({ ...claims, sid: 'cd'.repeat(16) }, false)).toBe(false)
    // A token of the longest life that is issued half a minute later is refused to its last moment.
    runtime.advance(30 + 3_600 + 5)
    await store.deleteExpired(100, { now: runtime.now() })
    expect(await revocations.isRevoked(claims, false)).toBe(true)
    runtime.advance('1m')
    expect(await revocations.sweep(100)).toBe(1)
  })

  it('keeps a revoked token until it has expired, with the leeway', async () => {
    const { revocations, claims, runtime } = begin()
    await revocations.revokeToken(claims)
    runtime.advance(3_600 + 4)
    expect(await revocations.sweep(100)).toBe(0)
    runtime.advance(1)
    expect(await revocations.sweep(100)).toBe(1)
  })

  it('revokes all tokens of a subject below an epoch, but for those of a session', async () => {
    const { revocations, claims } = begin()
    await revocations.revokeSubject('alice', { epoch: 9, except: 'cd'.repeat(16) })
    expect(await revocations.epochOf('alice')).toBe(9)
    expect(await revocations.isRevoked(claims, false)).toBe(true)
    expect(await revocations.isRevoked({ ...claims, epoch: 8 }, false)).toBe(true)
    expect(await revocations.isRevoked({ ...claims, epoch: 9 }, false)).toBe(false)
    expect(await revocations.isRevoked({ ...claims, sid: 'cd'.repeat(16) }, false)).toBe(false)
    expect(await revocations.isRevoked({ ...claims, sub: 'bob' }, false)).toBe(false)
  })

  it('takes a token without an epoch for one from before every cut-off', async () => {
    const { revocations, claims } = begin()
    const { epoch: _, ...old } = claims
    expect(await revocations.isRevoked(old, false)).toBe(false)
    await revocations.revokeSubject('alice', {})
    expect(await revocations.isRevoked(old, false)).toBe(true)
  })

  it('judges tokens of other issuers by their id alone', async () => {
    const { revocations, claims } = begin()
    const foreign = { ...claims, iss: 'https://other.test', epoch: 0 }
    await revocations.revokeSubject('alice', {})
    await revocations.revokeSession({ id: SESSION, subject: 'alice' })
    expect(await revocations.isRevoked(foreign, false)).toBe(false)
    await revocations.revokeToken(foreign)
    expect(await revocations.isRevoked(foreign, false)).toBe(true)
  })

  it('tells tokens of different issuers apart that have one id and one subject', async () => {
    const { revocations, claims } = begin()
    const { sid: _, ...own } = claims
    const one = { ...own, iss: 'https://one.test' }
    const other = { ...own, iss: 'https://other.test' }
    expect(await revocations.revokeToken(one)).toBe(true)
    expect(await revocations.isRevoked(one, false)).toBe(true)
    expect(await revocations.isRevoked(other, false)).toBe(false)
    expect(await revocations.isRevoked(own, false)).toBe(false)
    // Who leaves the issuer out means a token of ours.
    const { jti, sub, exp } = own
    await revocations.revokeToken({ jti, sub, exp })
    expect(await revocations.isRevoked(own, false)).toBe(true)
    expect(await revocations.isRevoked(other, false)).toBe(false)
  })

  it.each([undefined, null, 0, 1, '', 'no', {}])('takes the answer %j for a fault, not for "fine"', async (answer) => {
    const { revocations, claims } = begin({ isRevoked: async () => answer })
    await expect(revocations.isRevoked(claims, false)).rejects.toThrow(UNAVAILABLE)
  })

  it('is an outage when the store is out of reach or slow, also for a local view that is too old', async () => {
    const down = async (): Promise<never> => {
      throw new Error('down')
    }
    const { revocations, claims } = begin({ isRevoked: down, changedSince: down, revoke: down, epochOf: down })
    for (const local of [false, true]) await expect(revocations.isRevoked(claims, local)).rejects.toThrow(UNAVAILABLE)
    await expect(revocations.revokeToken(claims)).rejects.toThrow(UNAVAILABLE)
    await expect(revocations.epochOf('alice')).rejects.toThrow(UNAVAILABLE)
    const slow = begin({ isRevoked: () => new Promise(() => {}) })
    const asked = slow.revocations.isRevoked(slow.claims, false)
    // The call begins a turn later.
    await Promise.resolve()
    slow.runtime.advance('2s')
    await expect(asked).rejects.toThrow(UNAVAILABLE)
  })

  it('asks the store while the local view is too old, and no more once it is current', async () => {
    const calls: string[] = []
    const memory = createMemoryRevocationStore()
    const { revocations, claims } = begin({
      isRevoked: (...args: Parameters<RevocationStore['isRevoked']>) => {
        calls.push('isRevoked')
        return memory.isRevoked(...args)
      },
      changedSince: (...args: Parameters<RevocationStore['changedSince']>) => {
        calls.push('changedSince')
        return memory.changedSince(...args)
      },
    })
    expect(await revocations.isRevoked(claims, true)).toBe(false)
    for (let count = 0; count < 10; count += 1) expect(await revocations.isRevoked(claims, true)).toBe(false)
    expect(calls.toSorted()).toEqual(['changedSince', 'isRevoked'])
  })

  it.each<[object, string]>([
    [{}, 'revocations.store'],
    [{ store: {} }, 'revocations.store'],
    [{ store: null }, 'revocations.store'],
    [{ staleAfter: 0 }, 'revocations.staleAfter'],
    [{ staleAfter: '11m' }, 'revocations.staleAfter'],
    [{ staleAfter: '10s', pollEvery: '6s' }, 'revocations.pollEvery'],
    [{ storeTimeout: '2m' }, 'revocations.storeTimeout'],
    [{ pollAfter: 1 }, 'revocations.pollAfter'],
  ])('refuses the options %j', (options, option) => {
    const given = option === 'revocations.store' ? options : { store: createMemoryRevocationStore(), ...options }
    expect(() => createTokenRevocations(given, POLICY, createTestRuntime())).toThrow(
      expect.objectContaining({ code: 'ERR_CONFIG', option }),
    )
  })

  it('lets a local view know what was revoked within the longest life of any token that is accepted', async () => {
    const keys = await createKeyring([TEST_KEYS.EdDSA])
    const issuer = 'https://other.test'
    for (const [options, longest] of [
      [{}, 3_600_000],
      [{ trustedIssuers: [{ issuer, keys, maxLifetime: '1d' }] }, 86_400_000],
      [{ profile: 'flaskJwtExtended', refreshLifetime: '2d' }, 172_800_000],
    ] as const) {
      const asked: number[] = []
      const memory = createMemoryRevocationStore()
      const store: RevocationStore = {
        ...memory,
        changedSince(since, call) {
          asked.push(since)
          return memory.changedSince(since, call)
        },
      }
      const { runtime, claims } = begin()
      const policy = resolveTokenOptions({ issuer: 'https://api.test', audience: 'api', ...options })
      await createTokenRevocations({ store }, policy, runtime).isRevoked(claims, true)
      expect(runtime.now() - (asked[0] ?? 0)).toBe(longest + 5_000 + 60_000 + 60_000)
    }
  })

  it('is of no use without tokens', () => {
    const options = { store: createMemoryRevocationStore() }
    expect(() => createTokenRevocations(options, undefined, createTestRuntime())).toThrow(
      expect.objectContaining({ option: 'revocations' }),
    )
  })
})
