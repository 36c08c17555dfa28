/**
 * A token whose use the caller does not know.
 *
 * @module
 */

import type { AccessTokenClaims } from '../authentication.ts'
import type { AccessTokens } from '../token/access-token.ts'
import type { TokenUse } from '../token/profile.ts'

/** A token that was verified, and what it is for. */
export interface AnyToken {
  readonly use: TokenUse
  readonly claims: AccessTokenClaims
}

/**
 * Verifies an access token or, where the profile has them, a refresh JWT. No store is asked.
 *
 * @param token Anything may be given.
 * @returns Undefined for what is neither.
 * @throws What `verify` throws.
 */
export async function verifyAnyToken(tokens: AccessTokens, token: unknown): Promise<AnyToken | undefined> {
  for (const use of ['access', 'refresh'] as const) {
    const result = await tokens.verify(token, use)
    if (result.ok) return { use, claims: result.claims }
    if (result.code !== 'token_type') return undefined
  }
  return undefined
}
