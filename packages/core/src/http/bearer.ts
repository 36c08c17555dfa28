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

/** The longest header that is looked at; a token is at most 8192 characters. */
const MAX_LENGTH = 8_300
const TOKEN = '[A-Za-z0-9\\-._~+/]+=*'

/**
 * Parses an `Authorization` value: the scheme in any case, one blank, the token, and nothing else.
 *
 * Several credentials in one value, which is what repeated header lines become, are never sorted out. Whether the token
 * is one of ours is not checked here.
 *
 * @param value The header as the client sent it; null when absent.
 */
export const parseBearer: (value: string | null) => BearerCredentials = createSchemeParser('Bearer')

/** Creates the same parser for another auth-scheme: 1 to 32 letters, digits and `-`. */
export function createSchemeParser(scheme: string): (value: string | null) => BearerCredentials {
  const own = new RegExp(`^${scheme}(?![!#$%&'*+.^_\`|~0-9a-z-])`, 'i')
  const credentials = new RegExp(`^${scheme} (${TOKEN})$`, 'i')
  const inList = new RegExp(`,[ \\t]*${scheme}(?:[ \\t,]|$)`, 'i')
  return (value) => {
    if (value === null) return NONE
    if (typeof value !== 'string' || value === '') return MALFORMED
    if (!own.test(value)) return inList.test(value) ? MALFORMED : NONE
    if (value.length > MAX_LENGTH) return MALFORMED
    const [, token] = credentials.exec(value) ?? []
    if (token !== undefined) return { status: 'token', token }
    return value.includes(',') ? REPEATED : MALFORMED
  }
}

const BARE = new RegExp(`^${TOKEN}$`)

/** Parses a value that is a token and nothing else, as in a header of its own. Empty counts as absent. */
export function parseBareToken(value: string | null): BearerCredentials {
  if (value === null || value === '') return NONE
  if (typeof value !== 'string' || value.length > MAX_LENGTH) return MALFORMED
  if (BARE.test(value)) return { status: 'token', token: value }
  return value.includes(',') ? REPEATED : MALFORMED
}
