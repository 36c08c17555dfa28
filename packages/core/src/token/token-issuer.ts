/**
 * An issuer of access tokens, as a verifier sees it.
 *
 * @module
 */

import type { ClaimsPolicy } from './claims.ts'
import type { TokenKey } from './token-key.ts'

/** An issuer whose tokens are accepted: what its claims are judged by, and its keys, which verify nobody else's tokens. */
export interface TokenIssuer {
  readonly policy: ClaimsPolicy
  /** Whether the subjects are another party's. */
  readonly foreign: boolean
  /** Finds the key of an id; undefined for a token that names none. May throw or reject when keys are out of reach. */
  find(kid: string | undefined): TokenKey | undefined | Promise<TokenKey | undefined>
}
