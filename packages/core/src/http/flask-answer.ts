/**
 * What Flask-JWT-Extended 4 answers, for clients that were made for it.
 *
 * @module
 */

import type { RejectionCode } from '../authentication.ts'

type Answer = readonly [status: 400 | 401 | 422, message: string]
type Code = RejectionCode | 'insufficient_user_authentication'

const BAD_HEADER: Answer = [422, "Bad Authorization header. Expected 'Authorization: Bearer <JWT>'"]
const REVOKED: Answer = [401, 'Token has been revoked']

/** What that library says, by our codes. Where it quotes the library below it, which says more than a prober needs, one text stands for all. */
const ANSWERS: ReadonlyMap<string, Answer> = new Map(
  Object.entries<Answer>({
    credentials_malformed: BAD_HEADER,
    credentials_repeated: BAD_HEADER,
    token_malformed: [422, 'Not a valid token'],
    token_type: [422, 'Wrong type of token'],
    token_key: [422, 'Signature verification failed'],
    token_algorithm: [422, 'The specified alg value is not allowed'],
    token_signature: [422, 'Signature verification failed'],
    token_expired: [401, 'Token has expired'],
    token_not_yet_valid: [422, 'The token is not yet valid'],
    token_issuer: [422, 'Invalid issuer'],
    token_audience: [422, "Audience doesn't match"],
    token_claim: [422, 'Invalid claim'],
    token_revoked: REVOKED,
    token_claims_refused: [400, 'User claims verification failed'],
    csrf_missing: [401, 'Missing CSRF token'],
    csrf_mismatch: [401, 'CSRF double submit tokens do not match'],
    insufficient_user_authentication: [401, 'Fresh token required'],
    user_gone: [401, 'Error loading the user'],
    user_disabled: [401, 'Error loading the user'],
    refresh_unknown: REVOKED,
    refresh_expired: [401, 'Token has expired'],
    refresh_gone: REVOKED,
    refresh_reused: REVOKED,
    refresh_regressed: REVOKED,
    refresh_user_gone: REVOKED,
    refresh_user_disabled: REVOKED,
  } satisfies { readonly [Name in Code]?: Answer }),
)

/**
 * Finds the answer for a code: 401 for an expired, revoked or not fresh token and for a failed double submit, 422 for a
 * token of the wrong kind or form, 400 for one that the application refuses.
 *
 * @returns Undefined for what that library does not know, such as scopes and origins.
 */
export function flaskAnswerOf(code: string): Answer | undefined {
  return ANSWERS.get(code)
}
