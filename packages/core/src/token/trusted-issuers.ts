/**
 * Other issuers whose access tokens are accepted.
 *
 * @module
 */

import type { Duration } from '../duration.ts'
import { ConfigError } from '../faults.ts'
import { readOptions } from '../options.ts'
import type { ClaimsPolicy } from './claims.ts'
import { resolveIssuer } from './issuer-options.ts'
import { RFC9068 } from './profile.ts'
import { isVerificationKeys, type VerificationKeys } from './token-key.ts'
import type { TokenIssuer } from './token-issuer.ts'

/** An issuer that is trusted to say who is calling. Unknown members are refused. */
export interface TrustedIssuer {
  /** The `iss` of its tokens, byte for byte. Never this application's own. */
  readonly issuer: string
  /** Its keys: `remoteKeys(...)`, `discoverKeys(...)` or a keyring. They verify its tokens and nobody else's. */
  readonly keys: VerificationKeys
  /** Whom its tokens must be for: at least one of these. 1 to 20. Default `tokens.audience`. */
  readonly audience?: string | readonly string[]
  /**
   * The `typ` that its tokens carry, without `application/`; case is ignored. Default `at+jwt` (RFC 9068). With `JWT` an ID token of the same
   * issuer is told from an access token by its audience alone.
   */
  readonly types?: readonly string[]
  /** The longest time from `iat` to `exp` that is accepted. At most 400 days. Default `tokens.maxLifetime`. */
  readonly maxLifetime?: Duration
  /** Claims that its tokens must have besides `iss`, `aud`, `sub`, `exp`, `iat` and `jti`. Default `tokens.requiredClaims`. */
  readonly requiredClaims?: readonly string[]
}

const NAMES = ['issuer', 'keys', 'audience', 'types', 'maxLifetime', 'requiredClaims'] as const
const MAX_ISSUERS = 100

/**
 * Resolves the option `tokens.trustedIssuers`.
 *
 * @param own What this application's own tokens are judged by: the defaults.
 * @returns By `iss`.
 * @throws {ConfigError} With a path such as `tokens.trustedIssuers[0].keys`.
 */
export function resolveTrustedIssuers(
  value: unknown,
  own: Pick<ClaimsPolicy, 'issuer' | 'audience' | 'leeway' | 'maxLifetime' | 'requiredClaims'>,
): ReadonlyMap<string, TokenIssuer> {
  const path = 'tokens.trustedIssuers'
  const issuers = new Map<string, TokenIssuer>()
  if (value === undefined) return issuers
  if (!Array.isArray(value) || value.length > MAX_ISSUERS) {
    throw new ConfigError(path, `must be a list of at most ${MAX_ISSUERS} issuers`)
  }
  if (value.length > 0 && own.issuer === null) {
    throw new ConfigError(path, 'must not be given where "tokens.issuer" is null')
  }
  for (const [index, entry] of value.entries()) {
    const issuer = toTrusted(`${path}[${index}]`, entry, own)
    const { issuer: name } = issuer.policy
    if (name === null || name === own.issuer || issuers.has(name)) {
      throw new ConfigError(`${path}[${index}].issuer`, 'must be neither "tokens.issuer" nor that of another entry')
    }
    issuers.set(name, issuer)
  }
  return issuers
}

function toTrusted(
  path: string,
  entry: unknown,
  own: Pick<ClaimsPolicy, 'audience' | 'leeway' | 'maxLifetime' | 'requiredClaims'>,
): TokenIssuer {
  const { keys, ...given } = readOptions(path, entry, NAMES)
  if (!isVerificationKeys(keys)) throw new ConfigError(`${path}.keys`, 'must be keys, such as remoteKeys(...)')
  return Object.freeze<TokenIssuer>({
    policy: resolveIssuer(`${path}.`, given, { ...own, profile: RFC9068 }),
    foreign: true,
    find: (kid) => (kid === undefined ? undefined : keys.find(kid)),
  })
}
