/**
 * The single place where codes meet HTTP.
 *
 * @module
 */

import type { OriginProblem, RejectionCode } from '../authentication.ts'
import { flaskAnswerOf } from './flask-answer.ts'

/** A refusal, ready to be sent. `body` is to be sent as JSON. */
export interface Denial {
  /** The HTTP status. */
  readonly status: 400 | 401 | 403 | 422 | 503
  /** Names in lower case. Always `cache-control: no-store`; for 401 always a `www-authenticate` challenge. */
  readonly headers: Readonly<Record<string, string>>
  /** What the client is told; coarser than the code. */
  readonly body: DenialBody
}

/** What a client is told. `error` and its description as OAuth has them; under `flaskJwtExtended` in their place `msg`. */
export interface DenialBody {
  /** A word for programs. */
  readonly error?: string
  /** A sentence for people. */
  readonly error_description?: string
  /** A sentence for people, where Flask-JWT-Extended is spoken. */
  readonly msg?: string
}

/** Why access is denied: a rejection, no credentials where some are needed, or too little behind them. */
export type DenialReason =
  | { readonly code: RejectionCode | 'authentication_required' | 'login_cut_off'; readonly problem?: OriginProblem }
  | { readonly code: 'insufficient_scope'; readonly scopes: readonly string[] }
  | { readonly code: 'insufficient_user_authentication'; readonly maxAge?: number; readonly acr?: string }

/** How 401 answers name this service: `Bearer` where access tokens or API keys are configured, else `Session`. */
export interface Challenge {
  readonly scheme: 'Bearer' | 'Session'
  readonly realm: string
  /** What a request without credentials is told, and by it that denials are phrased as Flask-JWT-Extended does. */
  readonly flask?: string
}

/** For whoever set the service up: a page of somebody else's learns nothing from it that its own address bar does not show. */
const CROSS_ORIGIN = {
  foreign: 'The Origin header must name this service: its "origin" option, or one of "trustedOrigins"',
  origin_scheme:
    'The page has the scheme http: where the "origin" option says https:, or the other way round. Serve it as "origin" says; for development over plain http set an http: origin and "cookie.insecurePlainHttp"',
  origin_port: 'The page has another port than the "origin" option says',
} as const

const NO_STORE = { 'cache-control': 'no-store' }

/**
 * Creates the denial for a reason.
 *
 * The wire knows far fewer errors than there are codes: every fault of a token or an API key is `invalid_token`, every fault of a session
 * `session_invalid`, so that answers tell a prober nothing; a user who is gone or disabled is either, as the scheme of the challenge says. A request without credentials gets the bare challenge
 * (RFC 6750 section 3.1). Every fault of a refresh token is `invalid_grant` (RFC 6749 section 5.2). Step-up follows RFC 9470 section 3, with `maxAge` in milliseconds sent as whole seconds.
 */
export function createDenial(reason: DenialReason, challenge: Challenge): Denial {
  const answer = createOauthDenial(reason, challenge)
  if (challenge.flask === undefined) return answer
  if (reason.code === 'authentication_required') return { ...answer, body: { msg: challenge.flask } }
  return toFlaskDenial(reason, answer, challengeOf(challenge, {}))
}

/** Phrases a denial as Flask-JWT-Extended does. That library sends neither `Cache-Control` nor `WWW-Authenticate`; they stay. */
function toFlaskDenial({ code }: DenialReason, { status: ours, headers, body }: Denial, bare: string): Denial {
  const [status, msg] = flaskAnswerOf(code) ?? [ours, body.error_description ?? body.error ?? '']
  const { 'www-authenticate': challenge = bare, ...others } = headers
  return { status, headers: status === 401 ? { ...others, 'www-authenticate': challenge } : others, body: { msg } }
}

function createOauthDenial(reason: DenialReason, challenge: Challenge): Denial {
  switch (reason.code) {
    case 'authentication_required':
      return denial(401, 'authentication_required', challenge, {})
    case 'credentials_repeated':
      return denial(400, 'invalid_request', challenge, { error: 'invalid_request' })
    case 'credentials_ambiguous':
      return denial(
        400,
        'ambiguous_credentials',
        challenge,
        { error: 'invalid_request' },
        'Send one credential, in one place',
      )
    case 'credentials_malformed':
    case 'token_malformed':
    case 'token_type':
    case 'token_key':
    case 'token_algorithm':
    case 'token_signature':
    case 'token_expired':
    case 'token_not_yet_valid':
    case 'token_issuer':
    case 'token_audience':
    case 'token_claim':
    case 'token_claims_refused':
    case 'token_revoked':
    case 'api_key_malformed':
    case 'api_key_unknown':
    case 'api_key_expired':
      return denial(401, 'invalid_token', challenge, { error: 'invalid_token' })
    case 'refresh_unknown':
    case 'refresh_expired':
    case 'refresh_gone':
    case 'refresh_reused':
    case 'refresh_regressed':
    case 'refresh_user_gone':
    case 'refresh_user_disabled':
      return { status: 400, headers: NO_STORE, body: { error: 'invalid_grant' } }
    case 'refresh_superseded':
      return {
        status: 503,
        headers: { ...NO_STORE, 'retry-after': '1' },
        body: { error: 'temporarily_unavailable', error_description: 'Another request was faster; ask again' },
      }
    case 'session_unknown':
    case 'session_expired':
    case 'session_ambiguous':
    case 'session_undecodable':
      return denial(401, 'session_invalid', challenge, {})
    case 'user_gone':
    case 'user_disabled':
      return challenge.scheme === 'Bearer'
        ? denial(401, 'invalid_token', challenge, { error: 'invalid_token' })
        : denial(401, 'session_invalid', challenge, {})
    case 'login_cut_off':
      return denial(401, 'login_superseded', challenge, {}, 'The account changed during the login; log in again')
    case 'cross_origin':
      return {
        status: 403,
        headers: NO_STORE,
        body: {
          error: 'cross_origin',
          error_description: CROSS_ORIGIN[reason.problem ?? 'foreign'],
        },
      }
    case 'csrf_missing':
    case 'csrf_mismatch':
      return {
        status: 403,
        headers: NO_STORE,
        body: {
          error: 'csrf_token_invalid',
          error_description: 'Send the CSRF token along, in the header or field that goes with it',
        },
      }
    case 'insufficient_scope':
      return denial(403, 'insufficient_scope', challenge, {
        error: 'insufficient_scope',
        scope: reason.scopes.join(' '),
      })
    case 'insufficient_user_authentication':
      return denial(401, 'insufficient_user_authentication', challenge, {
        error: 'insufficient_user_authentication',
        ...(reason.acr === undefined ? {} : { acr_values: reason.acr }),
        ...(reason.maxAge === undefined ? {} : { max_age: String(Math.floor(reason.maxAge / 1_000)) }),
      })
    default:
      return reason satisfies never
  }
}

function denial(
  status: Denial['status'],
  error: string,
  challenge: Challenge,
  parameters: Readonly<Record<string, string>>,
  description?: string,
): Denial {
  return {
    status,
    headers: { ...NO_STORE, 'www-authenticate': challengeOf(challenge, parameters) },
    body: description === undefined ? { error } : { error, error_description: description },
  }
}

function challengeOf({ scheme, realm }: Challenge, parameters: Readonly<Record<string, string>>): string {
  const members = Object.entries({ realm, ...parameters }).map(([name, value]) => `${name}="${value}"`)
  return `${scheme} ${members.join(', ')}`
}
