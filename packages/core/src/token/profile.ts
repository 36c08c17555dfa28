/**
 * How access tokens stand on the wire: what their header names, which claims say what, and how fresh they are. Pure.
 *
 * @module
 */

import type { TokenRejectionCode } from '../authentication.ts'

/** The names of the profiles. */
export type ProfileName = 'rfc9068' | 'flaskJwtExtended'

/** What a token is for: `access` to call with; `refresh` to get the next access token (`flaskJwtExtended` alone). */
export type TokenUse = 'access' | 'refresh'

/** Claims, as parsed or as they are to be signed. */
export type WireClaims = { readonly [name: string]: unknown }

/** What a profile writes about an issued token. */
export interface ProfileGround {
  readonly use: TokenUse
  /** NumericDate. */
  readonly iat: number
  /** Until when the token is fresh, as a NumericDate; true for as long as it lives, false for never. */
  readonly fresh: boolean | number
}

/** How recently the subject of a token proved its identity. Epoch milliseconds. */
export interface Freshness {
  readonly authenticatedAt: number
  /** Undefined where the profile does not say. */
  readonly freshUntil: number | undefined
}

/** One profile. */
export interface TokenProfile {
  readonly name: ProfileName
  /** The `typ` of issued tokens. */
  readonly typ: string
  /** Tells whether a token of this `typ` is one of the profile's: in lower case, without `application/`; undefined when absent. */
  accepts(typ: string | undefined): boolean
  /** Whether a token may leave out which key it was signed with. */
  readonly mayNameNoKey: boolean
  /** Claims that only the profile writes, besides those of RFC 7519 and RFC 9068. */
  readonly reserved: readonly string[]
  /** The profile's own claims. */
  claimsOf(ground: ProfileGround): WireClaims
  /** Judges the profile's own claims. */
  judge(claims: WireClaims, use: TokenUse): { readonly code: TokenRejectionCode; readonly claim: string } | undefined
  /** Reads how fresh a token is whose claims hold. */
  freshnessOf(claims: WireClaims): Freshness
}

/** Reads a time of a token, in milliseconds; 0 for what is none. */
export function toMilliseconds(value: unknown): number {
  return typeof value === 'number' ? value * 1_000 : 0
}

/** RFC 9068: `typ` is `at+jwt`, so that no other kind of token passes for an access token; `auth_time`, else `iat`, says how fresh it is. */
export const RFC9068: TokenProfile = Object.freeze<TokenProfile>({
  name: 'rfc9068',
  typ: 'at+jwt',
  accepts: (typ) => typ === 'at+jwt',
  mayNameNoKey: false,
  reserved: [],
  claimsOf: () => ({}),
  // There are no refresh JWTs here, and no other token may pass for one.
  judge: (_, use) => (use === 'refresh' ? { code: 'token_type', claim: 'typ' } : undefined),
  freshnessOf: (claims) => ({
    authenticatedAt: toMilliseconds(claims['auth_time'] ?? claims['iat']),
    freshUntil: undefined,
  }),
})
