/**
 * The answers to refused passwords: constant, so that none tells more than another.
 *
 * @module
 */

import type { Auth } from '@latchkey/core'

/** A refusal, ready to be sent. `body` is to be sent as JSON. */
export interface PasswordDenial {
  /** 400: malformed. 401: wrong. 409: changed meanwhile. 422: the new password is refused. 429: too many attempts. */
  readonly status: 400 | 401 | 409 | 422 | 429
  /** Names in lower case. Always `cache-control: no-store`; for 429 always `retry-after` in seconds. */
  readonly headers: Readonly<Record<string, string>>
  /** The error's name: `invalid_request`, `invalid_credentials`, `password_conflict`, `password_<problem>`, `too_many_attempts`. */
  readonly body: { readonly error: string; readonly error_description?: string }
}

/** The denials of password logins. */
export interface PasswordDenials {
  readonly malformed: PasswordDenial
  readonly invalid: PasswordDenial
  readonly conflict: PasswordDenial
  throttled(retryAfter: number): PasswordDenial
  /** RFC 9110 section 15.5.21: understood, and not taken. */
  unacceptable(problem: string): PasswordDenial
}

/** Creates the denials. The challenge of the 401 is that of `auth`. */
export function createDenials(auth: Pick<Auth, 'authorize'>): PasswordDenials {
  const challenge = auth.authorize({ status: 'anonymous' })?.headers['www-authenticate']
  return Object.freeze<PasswordDenials>({
    malformed: deny(400, 'invalid_request'),
    invalid: deny(401, 'invalid_credentials', challenge === undefined ? {} : { 'www-authenticate': challenge }),
    conflict: deny(409, 'password_conflict'),
    throttled: (retryAfter) => deny(429, 'too_many_attempts', { 'retry-after': String(retryAfter) }),
    unacceptable: (problem) => deny(422, `password_${problem}`),
  })
}

function deny(
  status: PasswordDenial['status'],
  error: string,
  headers: Readonly<Record<string, string>> = {},
): PasswordDenial {
  return Object.freeze({
    status,
    headers: Object.freeze({ 'cache-control': 'no-store', ...headers }),
    body: Object.freeze({ error }),
  })
}
