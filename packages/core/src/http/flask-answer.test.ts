import { describe, expect, it } from 'vitest'
import { createDenial, type DenialReason } from './denial.ts'
import { flaskAnswerOf } from './flask-answer.ts'

const challenge = { scheme: 'Bearer', realm: 'api', flask: 'Missing Authorization Header' } as const

describe('flaskAnswerOf()', () => {
  it.each<[DenialReason, number, string]>([
    [{ code: 'authentication_required' }, 401, 'Missing Authorization Header'],
    [{ code: 'credentials_malformed' }, 422, "Bad Authorization header. Expected 'Authorization: Bearer <JWT>'"],
    [{ code: 'token_signature' }, 422, 'Signature verification failed'],
    [{ code: 'token_type' }, 422, 'Wrong type of token'],
    [{ code: 'token_expired' }, 401, 'Token has expired'],
    [{ code: 'token_claims_refused' }, 400, 'User claims verification failed'],
    [{ code: 'csrf_missing' }, 401, 'Missing CSRF token'],
    [{ code: 'csrf_mismatch' }, 401, 'CSRF double submit tokens do not match'],
    [{ code: 'insufficient_user_authentication', maxAge: 900_000 }, 401, 'Fresh token required'],
    [{ code: 'token_revoked' }, 401, 'Token has been revoked'],
    [{ code: 'refresh_reused' }, 401, 'Token has been revoked'],
    [{ code: 'refresh_user_gone' }, 401, 'Token has been revoked'],
    [{ code: 'refresh_user_disabled' }, 401, 'Token has been revoked'],
    [{ code: 'insufficient_scope', scopes: ['a'] }, 403, 'insufficient_scope'],
    [{ code: 'session_unknown' }, 401, 'session_invalid'],
  ])('answers %j with %i %s', (reason, status, msg) => {
    const denial = createDenial(reason, challenge)
    expect(denial).toMatchObject({ status, body: { msg } })
    expect(Object.keys(denial.body)).toEqual(['msg'])
    expect(denial.headers['cache-control']).toBe('no-store')
    expect('www-authenticate' in denial.headers).toBe(status === 401)
  })

  it.each(['cross_origin', 'insufficient_scope', 'constructor', '__proto__', ''])('has none for %j', (code) => {
    expect(flaskAnswerOf(code)).toBeUndefined()
  })

  it('keeps the challenge of step-up, and challenges where the status is 401 here alone', () => {
    const stepUp = createDenial({ code: 'insufficient_user_authentication', maxAge: 900_000 }, challenge)
    expect(stepUp.headers['www-authenticate']).toContain('max_age="900"')
    expect(createDenial({ code: 'csrf_missing' }, challenge).headers['www-authenticate']).toBe('Bearer realm="api"')
  })

  it('says when to ask again after a refresh that was overtaken', () => {
    expect(createDenial({ code: 'refresh_superseded' }, challenge)).toMatchObject({
      status: 503,
      headers: { 'retry-after': '1' },
      body: { msg: 'Another request was faster; ask again' },
    })
  })
})
