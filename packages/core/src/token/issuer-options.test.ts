import { describe, expect, it } from 'vitest'
import { ISSUER_DEFAULTS, readKeys, readLifetime, readSeconds, resolveIssuer } from './issuer-options.ts'
import { RFC9068 } from './profile.ts'
import { isVerificationKeys as isKeys } from './token-key.ts'

const DEFAULTS = { ...ISSUER_DEFAULTS, profile: RFC9068 }
const GIVEN = { issuer: 'https://a.example', audience: 'api' }

describe('resolveIssuer()', () => {
  it('fills in what is not given', () => {
    expect(resolveIssuer('', GIVEN, DEFAULTS)).toEqual({
      profile: RFC9068,
      issuer: 'https://a.example',
      audience: ['api'],
      maxLifetime: 3_600_000,
      refreshLifetime: 3_600_000,
      leeway: 5_000,
      clientId: undefined,
      requiredClaims: [],
    })
  })

  it('takes null for issuer and audience where that is allowed, and nowhere else', () => {
    const none = { issuer: null, audience: null }
    expect(resolveIssuer('', none, { ...DEFAULTS, nullable: true })).toMatchObject(none)
    expect(() => resolveIssuer('', none, DEFAULTS)).toThrow(expect.objectContaining({ option: 'issuer' }))
    expect(() => resolveIssuer('', { ...GIVEN, audience: null }, { ...DEFAULTS, audience: ['api'] })).toThrow(
      expect.objectContaining({ option: 'audience' }),
    )
  })

  it('names an option by where it stands', () => {
    expect(() => resolveIssuer('tokens.', { ...GIVEN, leeway: '2m' }, DEFAULTS)).toThrow(
      expect.objectContaining({ option: 'tokens.leeway' }),
    )
  })
})

describe('readLifetime()', () => {
  it('is 10 minutes, or the longest lifetime if that is less', () => {
    expect(readLifetime('', undefined, { maxLifetime: 3_600_000 })).toBe(600_000)
    expect(readLifetime('', undefined, { maxLifetime: 60_000 })).toBe(60_000)
    expect(readLifetime('', '1m', { maxLifetime: 60_000 })).toBe(60_000)
    expect(() => readLifetime('', '61s', { maxLifetime: 60_000 })).toThrow(
      expect.objectContaining({ option: 'lifetime' }),
    )
  })
})

describe('readSeconds()', () => {
  it('takes whole seconds', () => {
    expect(readSeconds('x', '2s')).toBe(2_000)
    expect(() => readSeconds('x', 1.5)).toThrow(expect.objectContaining({ option: 'x' }))
  })
})

describe('readKeys()', () => {
  it('takes keys, or a function that gives them, and no list', () => {
    const keys = { find: () => undefined }
    expect(readKeys('keys', keys, isKeys)()).toBe(keys)
    expect(readKeys('keys', () => keys, isKeys)()).toBe(keys)
    for (const wrong of [undefined, null, [], {}, 'x']) {
      expect(() => readKeys('keys', wrong, isKeys)).toThrow(expect.objectContaining({ option: 'keys' }))
    }
  })
})
