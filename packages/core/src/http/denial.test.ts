import { describe, expect, it } from 'vitest'
import type { RejectionCode } from '../authentication.ts'
import { createDenial, type DenialReason } from './denial.ts'

const challenge = { scheme: 'Bearer', realm: 'api' } as const

describe('createDenial()', () => {
  it.each<[DenialReason, number, string | undefined, string]>([
    [{ code: 'authentication_required' }, 401, 'Bearer realm="api"', 'authentication_required'],
    [{ code: 'credentials_malformed' }, 401, 'Bearer realm="api", error="invalid_token"', 'invalid_token'],
    [{ code: 'credentials_repeated' }, 400, 'Bearer realm="api", error="invalid_request"', 'invalid_request'],
    [{ code: 'credentials_ambiguous' }, 400, 'Bearer realm="api", error="invalid_request"', 'ambiguous_credentials'],
    [{ code: 'cross_origin' }, 403, undefined, 'cross_origin'],
    [{ code: 'login_cut_off' }, 401, 'Bearer realm="api"', 'login_superseded'],
    [
      { code: 'insufficient_scope', scopes: ['a', 'b'] },
      403,
      'Bearer realm="api", error="insufficient_scope", scope="a b"',
      'insufficient_scope',
    ],
    [
      { code: 'insufficient_user_authentication', maxAge: 300_000, acr: 'mfa' },
      401,
      'Bearer realm="api", error="insufficient_user_authentication", acr_values="mfa", max_age="300"',
      'insufficient_user_authentication',
    ],
    [
      { code: 'insufficient_user_authentication' },
      401,
      'Bearer realm="api", error="insufficient_user_authentication"',
      'insufficient_user_authentication',
    ],
  ])('answers %j', (reason, status, header, error) => {
    const denial = createDenial(reason, challenge)
    expect(denial.status).toBe(status)
    expect(denial.headers['www-authenticate']).toBe(header)
    expect(denial.headers['cache-control']).toBe('no-store')
    expect(denial.body.error).toBe(error)
  })

  it.each<[string, RejectionCode[]]>([
    [
      'token',
      [
        'token_malformed',
        'token_type',
        'token_key',
        'token_algorithm',
        'token_signature',
        'token_expired',
        'token_not_yet_valid',
        'token_issuer',
        'token_audience',
        'token_claim',
        'token_revoked',
        'api_key_malformed',
        'api_key_unknown',
        'api_key_expired',
      ],
    ],
    ['session', ['session_unknown', 'session_expired', 'session_ambiguous']],
  ])('gives a prober one answer for every fault of a %s', (_, codes) => {
    expect(new Set(codes.map((code) => JSON.stringify(createDenial({ code }, challenge)))).size).toBe(1)
  })

  it('answers a user who is gone or disabled like any other fault of the credential', () => {
    const session = { scheme: 'Session', realm: 'api' } as const
    for (const code of ['user_gone', 'user_disabled'] as const) {
      expect(createDenial({ code }, challenge)).toEqual(createDenial({ code: 'token_expired' }, challenge))
      expect(createDenial({ code }, session)).toEqual(createDenial({ code: 'session_unknown' }, session))
    }
  })

  it('challenges by another scheme where bearer tokens are not accepted', () => {
    expect(
      createDenial({ code: 'session_unknown' }, { scheme: 'Session', realm: 'shop' }).headers['www-authenticate'],
    ).toBe('Session realm="shop"')
  })
})
