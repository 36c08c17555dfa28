/**
 * Whether a credential that is genuine still stands: what only the stores can tell.
 *
 * @module
 */

import { after } from '../after.ts'
import type { AccessTokenClaims, UserRejectionCode } from '../authentication.ts'
import type { Config } from '../config.ts'
import { ConfigError } from '../faults.ts'
import type { ResolvedRequirement } from './requirement.ts'
import { checkUser } from './user-check.ts'

/** How much the stores are asked. */
export type Authority = ResolvedRequirement['authoritative']

type Refusal = 'token_revoked' | UserRejectionCode

type StandingConfig = Pick<Config<unknown, AccessTokenClaims>, 'tokens' | 'revocations' | 'sessions' | 'users'>

/**
 * Checks that what an authoritative route asks can be answered.
 *
 * @throws {ConfigError} When nothing is configured that could answer: such a route would be open to what it means to keep out.
 */
export function checkAuthority({ revocations, sessions, users }: StandingConfig, authoritative: Authority): void {
  if (authoritative === 'local' && revocations === undefined) {
    throw new ConfigError('requirement.authoritative', 'must not be "local" without "revocations"')
  }
  if (authoritative === true && revocations === undefined && sessions === undefined && users === undefined) {
    throw new ConfigError('requirement.authoritative', 'must not be true without "revocations", "sessions" or "users"')
  }
}

/**
 * Checks an access token whose signature and claims were verified.
 *
 * `true` asks whether it was revoked, whether the stored session that it names lives, and whether its user may go on; `'local'` asks a copy
 * of the revocations; false asks nobody.
 *
 * @returns Undefined when it stands. A copy that is not too old answers at once.
 * @throws {UnavailableError} When a store is out of reach.
 */
export function checkToken(
  config: StandingConfig,
  claims: AccessTokenClaims,
  authoritative: Authority,
): Refusal | undefined | Promise<Refusal | undefined> {
  const { revocations } = config
  if (authoritative === false) return undefined
  return after(revocations?.isRevoked(claims, authoritative === 'local') ?? false, (revoked) => {
    if (revoked) return 'token_revoked'
    return authoritative === 'local' ? undefined : checkSession(config, claims)
  })
}

async function checkSession(
  { sessions, tokens, users }: StandingConfig,
  claims: AccessTokenClaims,
): Promise<Refusal | undefined> {
  // The subjects and sessions of other issuers are none of ours.
  if ((tokens?.issuer ?? claims.iss) !== claims.iss) return undefined
  // Sessions that clients keep are not here to be found.
  if (claims.sid !== undefined && sessions !== undefined && !sessions.credentialHoldsRecord) {
    if ((await sessions.find(claims.sub, claims.sid)) === null) return 'token_revoked'
  }
  return checkUser({ users }, claims.sub)
}
