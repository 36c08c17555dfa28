import { describe, expect, it } from 'vitest'
import { resolveTrustedIssuers } from './trusted-issuers.ts'

const OWN = {
  issuer: 'https://own.example',
  audience: ['api'],
  leeway: 5_000,
  maxLifetime: 3_600_000,
  requiredClaims: ['tenant'],
}
const KEYS = { find: () => undefined }
const ENTRY = { issuer: 'https://a.example', keys: KEYS }

describe('resolveTrustedIssuers()', () => {
  it('takes what is not given from the own tokens', () => {
    const issuer = resolveTrustedIssuers([ENTRY], OWN).get('https://a.example')
    expect(issuer?.foreign).toBe(true)
    expect(issuer?.policy).toMatchObject({ ...OWN, issuer: 'https://a.example', clientId: undefined })
    expect(['at+jwt', 'jwt', undefined].map((type) => issuer?.policy.profile.accepts(type))).toEqual([
      true,
      false,
      false,
    ])
    expect(resolveTrustedIssuers(undefined, OWN).size).toBe(0)
  })

  it('takes every option', () => {
    const entry = { ...ENTRY, audience: ['x', 'y'], types: ['JWT'], maxLifetime: '24h', requiredClaims: [] }
    const policy = resolveTrustedIssuers([entry], OWN).get('https://a.example')?.policy
    expect(policy).toMatchObject({ audience: ['x', 'y'], maxLifetime: 86_400_000, requiredClaims: [] })
    expect(['at+jwt', 'jwt'].map((type) => policy?.profile.accepts(type))).toEqual([false, true])
  })

  it.each<[unknown, string]>([
    [ENTRY, 'tokens.trustedIssuers'],
    [Array.from({ length: 101 }, () => ENTRY), 'tokens.trustedIssuers'],
    [[null], 'tokens.trustedIssuers[0]'],
    [[{ ...ENTRY, jwksUri: 'https://a.example/jwks' }], 'tokens.trustedIssuers[0].jwksUri'],
    [[{ ...ENTRY, issuer: '' }], 'tokens.trustedIssuers[0].issuer'],
    [[{ ...ENTRY, issuer: OWN.issuer }], 'tokens.trustedIssuers[0].issuer'],
    [[ENTRY, ENTRY], 'tokens.trustedIssuers[1].issuer'],
    [[{ ...ENTRY, keys: undefined }], 'tokens.trustedIssuers[0].keys'],
    [[{ ...ENTRY, keys: [] }], 'tokens.trustedIssuers[0].keys'],
    [[{ ...ENTRY, audience: [] }], 'tokens.trustedIssuers[0].audience'],
    [[{ ...ENTRY, types: [] }], 'tokens.trustedIssuers[0].types'],
    [[{ ...ENTRY, maxLifetime: 0 }], 'tokens.trustedIssuers[0].maxLifetime'],
    [[{ ...ENTRY, requiredClaims: 'x' }], 'tokens.trustedIssuers[0].requiredClaims'],
  ])('refuses %j', (value, option) => {
    expect(() => resolveTrustedIssuers(value, OWN)).toThrow(expect.objectContaining({ code: 'ERR_CONFIG', option }))
  })

  it('refuses other issuers where the own tokens name none', () => {
    expect(() => resolveTrustedIssuers([ENTRY], { ...OWN, issuer: null })).toThrow(/tokens\.trustedIssuers/)
  })
})
