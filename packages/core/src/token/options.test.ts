import { describe, expect, it } from 'vitest'
import { ConfigError } from '../faults.ts'
import { createKeyring } from './keyring.ts'
import { resolveTokenOptions } from './options.ts'
import { FLASK_JWT_EXTENDED } from './flask-profile.ts'
import { RFC9068 } from './profile.ts'
import { remoteKeys } from './remote-keys.ts'

const OPTIONS = { issuer: 'https://issuer.example', audience: 'api' }
/** What the options of these tests leave at its default. */
const MORE = {
  profile: RFC9068,
  refreshLifetime: 2_592_000_000,
  freshFor: undefined,
  unnamedKey: undefined,
  judge: undefined,
  addClaims: undefined,
  csrf: false,
  trustedIssuers: new Map(),
  cache: { maxEntries: 1_000, maxLength: 4_194_304 },
}

function optionOf(options: unknown): string {
  try {
    resolveTokenOptions(options)
  } catch (error) {
    if (error instanceof ConfigError) return error.option
    throw error
  }
  return 'none'
}

describe('resolveTokenOptions()', () => {
  it('fills in the defaults and freezes', () => {
    const policy = resolveTokenOptions(OPTIONS)
    expect(policy).toEqual({
      ...MORE,
      issuer: 'https://issuer.example',
      audience: ['api'],
      lifetime: 600_000,
      maxLifetime: 3_600_000,
      leeway: 5_000,
      clientId: undefined,
      requiredClaims: [],
      keys: undefined,
    })
    expect(Object.isFrozen(policy) && Object.isFrozen(policy.audience) && Object.isFrozen(policy.requiredClaims)).toBe(
      true,
    )
  })

  it('takes every option', async () => {
    const keys = await createKeyring([
      { kid: 'k', alg: 'HS256', secret: Uint8Array.from({ length: 32 }, (_, i) => i * 7) },
    ])
    const given = {
      lifetime: '5m',
      maxLifetime: '2h',
      leeway: 0,
      clientId: 'web',
      requiredClaims: ['tenant'],
      keys,
    } as const
    const policy = resolveTokenOptions({ ...OPTIONS, audience: ['a', 'b'], ...given })
    expect(policy.keys?.()).toBe(keys)
    expect(policy).toEqual({
      ...MORE,
      issuer: OPTIONS.issuer,
      audience: ['a', 'b'],
      lifetime: 300_000,
      maxLifetime: 7_200_000,
      leeway: 0,
      clientId: 'web',
      requiredClaims: ['tenant'],
      keys: policy.keys,
    })
    const current = (): typeof keys => keys
    expect(resolveTokenOptions({ ...OPTIONS, keys: current }).keys).toBe(current)
  })

  it('shortens the default lifetime to a shorter longest one', () => {
    expect(resolveTokenOptions({ ...OPTIONS, maxLifetime: '2m' }).lifetime).toBe(120_000)
  })

  it('takes the options of the profile flaskJwtExtended', () => {
    const given = { profile: 'flaskJwtExtended', issuer: null, audience: null }
    expect(resolveTokenOptions(given)).toMatchObject({
      profile: FLASK_JWT_EXTENDED,
      issuer: null,
      audience: null,
      lifetime: 900_000,
      freshFor: 900_000,
      refreshLifetime: 2_592_000_000,
    })
    const more = { unnamedKey: 'old', refreshLifetime: '1d', freshFor: '5m', audience: 'api', issuer: 'us' }
    expect(resolveTokenOptions({ ...given, ...more })).toMatchObject({
      unnamedKey: 'old',
      refreshLifetime: 86_400_000,
      freshFor: 300_000,
      audience: ['api'],
      issuer: 'us',
    })
  })

  it('copies lists, so that a later change changes nothing', () => {
    const audience = ['a']
    const policy = resolveTokenOptions({ ...OPTIONS, audience })
    audience.push('evil')
    expect(policy.audience).toEqual(['a'])
  })

  it.each<[string, unknown]>([
    ['tokens.profile', { ...OPTIONS, profile: 'flask' }],
    ['tokens.issuer', { ...OPTIONS, issuer: null }],
    ['tokens.audience', { ...OPTIONS, audience: null }],
    ['tokens.unnamedKey', { ...OPTIONS, unnamedKey: 'k' }],
    ['tokens.freshFor', { ...OPTIONS, freshFor: '5m' }],
    ['tokens.refreshLifetime', { ...OPTIONS, refreshLifetime: '5m' }],
    ['tokens.refreshLifetime', { ...OPTIONS, profile: 'flaskJwtExtended', refreshLifetime: 0.5 }],
    ['tokens.claims', { ...OPTIONS, claims: {} }],
    ['tokens.checkClaims', { ...OPTIONS, checkClaims: true }],
    ['tokens.addClaims', { ...OPTIONS, addClaims: {} }],
    ['tokens', undefined],
    ['tokens', null],
    ['tokens', 'https://issuer.example'],
    ['tokens', [OPTIONS]],
    ['tokens.issuer', { audience: 'api' }],
    ['tokens', Object.assign(Object.create({ issuer: 'https://issuer.example' }), { audience: 'api' })],
    ['tokens.issuer', { ...OPTIONS, issuer: '' }],
    ['tokens.issuer', { ...OPTIONS, issuer: ' ' }],
    ['tokens.issuer', { ...OPTIONS, issuer: 'a\n' }],
    ['tokens.issuer', { ...OPTIONS, issuer: '\ud800' }],
    ['tokens.issuer', { ...OPTIONS, issuer: /issuer/ }],
    ['tokens.issuer', { ...OPTIONS, issuer: ['https://issuer.example'] }],
    ['tokens.issuer', { ...OPTIONS, issuer: 'a'.repeat(1_025) }],
    ['tokens.audience', { issuer: 'i' }],
    ['tokens.audience', { ...OPTIONS, audience: '' }],
    ['tokens.audience', { ...OPTIONS, audience: [] }],
    ['tokens.audience', { ...OPTIONS, audience: ['a', ''] }],
    ['tokens.audience', { ...OPTIONS, audience: ['a', 'a'] }],
    ['tokens.audience', { ...OPTIONS, audience: ['a', undefined] }],
    ['tokens.audience', { ...OPTIONS, audience: [/a/] }],
    ['tokens.audience', { ...OPTIONS, audience: /a/ }],
    ['tokens.audience', { ...OPTIONS, audience: Array.from({ length: 21 }, (_, index) => `a${index}`) }],
    ['tokens.audience', { ...OPTIONS, audience: Array.from({ length: 2 }) }],
    ['tokens.lifetime', { ...OPTIONS, lifetime: 0 }],
    ['tokens.lifetime', { ...OPTIONS, lifetime: -1 }],
    ['tokens.lifetime', { ...OPTIONS, lifetime: Number.NaN }],
    ['tokens.lifetime', { ...OPTIONS, lifetime: Infinity }],
    ['tokens.lifetime', { ...OPTIONS, lifetime: 1.5 }],
    ['tokens.lifetime', { ...OPTIONS, lifetime: '10 minutes' }],
    ['tokens.lifetime', { ...OPTIONS, lifetime: '61m' }],
    ['tokens.lifetime', { ...OPTIONS, lifetime: null }],
    ['tokens.maxLifetime', { ...OPTIONS, maxLifetime: 0 }],
    ['tokens.maxLifetime', { ...OPTIONS, maxLifetime: 0.5 }],
    ['tokens.maxLifetime', { ...OPTIONS, maxLifetime: '401d' }],
    ['tokens.leeway', { ...OPTIONS, leeway: -1 }],
    ['tokens.leeway', { ...OPTIONS, leeway: 61 }],
    ['tokens.leeway', { ...OPTIONS, leeway: Number.NaN }],
    ['tokens.leeway', { ...OPTIONS, leeway: true }],
    ['tokens.clientId', { ...OPTIONS, clientId: '' }],
    ['tokens.clientId', { ...OPTIONS, clientId: 1 }],
    ['tokens.requiredClaims', { ...OPTIONS, requiredClaims: 'tenant' }],
    ['tokens.requiredClaims', { ...OPTIONS, requiredClaims: [''] }],
    ['tokens.requiredClaims', { ...OPTIONS, requiredClaims: ['a', 'a'] }],
    ['tokens.keys', { ...OPTIONS, keys: [{ kid: 'k' }] }],
    ['tokens.keys', { ...OPTIONS, keys: Promise.resolve() }],
    ['tokens.keys', { ...OPTIONS, keys: remoteKeys('https://issuer.example/jwks', { fetch }) }],
    ['tokens.algorithms', { ...OPTIONS, algorithms: ['none'] }],
    ['tokens.audiences', { ...OPTIONS, audiences: 'api' }],
  ])('refuses %s in case %#', (option, options) => {
    expect(optionOf(options)).toBe(option)
  })
})
