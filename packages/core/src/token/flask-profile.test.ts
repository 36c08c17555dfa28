import { describe, expect, it } from 'vitest'
import { FLASK_JWT_EXTENDED } from './flask-profile.ts'

const IAT = 1_800_000_000
const CLAIMS = { iat: IAT, exp: IAT + 900, type: 'access', fresh: false }

describe('FLASK_JWT_EXTENDED', () => {
  it('takes tokens of type JWT, and of none, but no access token of RFC 9068', () => {
    const types = ['jwt', undefined, 'at+jwt', '', 'jwt ']
    expect(types.map((typ) => FLASK_JWT_EXTENDED.accepts(typ))).toEqual([true, true, false, false, false])
  })

  it('writes what its verifiers read', () => {
    expect(FLASK_JWT_EXTENDED.claimsOf({ use: 'refresh', iat: IAT, fresh: true })).toEqual({
      fresh: true,
      type: 'refresh',
      nbf: IAT,
    })
  })

  it.each([
    [{ ...CLAIMS }, 'access', undefined],
    [{ ...CLAIMS, type: 'refresh' }, 'refresh', undefined],
    [{ ...CLAIMS, type: 'refresh' }, 'access', 'token_type'],
    [{ ...CLAIMS }, 'refresh', 'token_type'],
    [{ ...CLAIMS, type: 'api' }, 'access', 'token_type'],
    [{ ...CLAIMS, type: ['access'] }, 'access', 'token_type'],
    [{ iat: IAT }, 'access', 'token_type'],
    [{ ...CLAIMS, fresh: 'yes' }, 'access', 'token_claim'],
    [{ ...CLAIMS, fresh: null }, 'access', 'token_claim'],
    [{ ...CLAIMS, fresh: -1 }, 'access', 'token_claim'],
    [{ ...CLAIMS, fresh: IAT + 0.5 }, 'access', undefined],
  ] as const)('judges %j, presented for %s: %s', (claims, use, code) => {
    expect(FLASK_JWT_EXTENDED.judge(claims, use)?.code).toBe(code)
  })

  it.each([
    ['true: as long as it lives', { fresh: true }, IAT, IAT + 900],
    ['a time to come', { fresh: IAT + 60 }, IAT, IAT + 60],
    ['false: never', { fresh: false }, 0, 0],
    ['a time that was over when it was issued', { fresh: IAT - 60 }, 0, IAT - 60],
    ['false, with a login that is dated', { fresh: false, auth_time: IAT - 30 }, IAT - 30, 0],
  ])('reads how fresh a token is: %s', (_, claims, authenticatedAt, freshUntil) => {
    expect(FLASK_JWT_EXTENDED.freshnessOf({ ...CLAIMS, ...claims })).toEqual({
      authenticatedAt: authenticatedAt * 1_000,
      freshUntil: freshUntil * 1_000,
    })
  })
})
