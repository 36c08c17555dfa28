/**
 * The `Authorization` header as RFC 6750 section 2.1 has it.
 *
 * @module
 */

/**
 * What the header holds. `none`: absent, or another auth-scheme's credentials, which are not ours to judge.
 * `malformed` and `repeated` are refusals: the request meant to present a bearer token and did it wrongly.
 */
export type BearerCredentials =
  | { readonly status: 'none' }
  | { readonly status: 'malformed' }
  | { readonly status: 'repeated' }
  | { readonly status: 'token'; readonly token: string }

const NONE: BearerCredentials = Object.freeze({ status: 'none' })
const MALFORMED: BearerCredentials = Object.freeze({ status: 'malformed' })
const REPEATED: BearerCredentials = Object.freeze({ status: 'repeated' })

const BEARER = /^bearer(?![!#$%&'*+.^_`|~0-9a-z-])/i
const CREDENTIALS = /^bearer ([A-Za-z0-9\-._~+/]+=*)$/i
const BEARER_IN_LIST = /,[ \t]*bearer(?:[ \t,]|$)/i

/** The longest header that is looked at; a token is at most 8192 characters. */
const MAX_LENGTH = 8_300

/**
 * Parses an `Authorization` value: the scheme in any case, one blank, the token, and nothing else.
 *
 * Several credentials in one value, which is what repeated header lines become, are never sorted out. Whether the token
 * is one of ours is not checked here.
 *
 * @param value The header as the client sent it; null when absent.
 */
export function parseBearer(value: string | null): BearerCredentials {
  if (value === null) return NONE
  if (typeof value !== 'string' || value === '') return MALFORMED
  if (!BEARER.test(value)) return BEARER_IN_LIST.test(value) ? MALFORMED : NONE
  if (value.length > MAX_LENGTH) return MALFORMED
  const [, token] = CREDENTIALS.exec(value) ?? []
  if (token !== undefined) return { status: 'token', token }
  return value.includes(',') ? REPEATED : MALFORMED
}
