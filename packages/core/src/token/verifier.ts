/**
 * Verifying the access tokens of one issuer, and nothing else: what a resource server does.
 *
 * @module
 */

import type { AccessTokenClaims } from '../authentication.ts'
import { readOptions, readRuntime } from '../options.ts'
import type { Runtime } from '../ports.ts'
import { ISSUER_DEFAULTS, readKeys, resolveIssuer } from './issuer-options.ts'
import type { TokenOptions } from './options.ts'
import { RFC9068 } from './profile.ts'
import { askForKeys, isVerificationKeys, type VerificationKeys } from './token-key.ts'
import type { TrustedIssuer } from './trusted-issuers.ts'
import { readCacheOptions } from './verified-cache.ts'
import { createVerify, type VerifyResult } from './verify.ts'

/** What `createTokenVerifier` takes. Unknown members are refused. */
export interface TokenVerifierOptions
  extends Pick<TokenOptions, 'maxLifetime' | 'leeway' | 'requiredClaims' | 'cache'>, Pick<TrustedIssuer, 'types'> {
  /** The only `iss` that is accepted, byte for byte. */
  readonly issuer: string
  /** Whom the tokens must be for: at least one of these. 1 to 20. */
  readonly audience: string | readonly string[]
  /**
   * The issuer's keys: `remoteKeys(...)`, `discoverKeys(...)`, `await createKeyring(...)` or `keyringFromSecrets(...)`; or a function that
   * gives the current ones, asked at every use.
   */
  readonly keys: VerificationKeys | (() => VerificationKeys)
  /** Clock, timers and randomness. Default: the platform's. For tests. */
  readonly runtime?: Runtime
}

/** Verifies the access tokens of one issuer. Frozen; its members need no `this`. */
export interface TokenVerifier<Claims extends AccessTokenClaims = AccessTokenClaims> {
  /**
   * Verifies a token. Anything may be given; every refusal is a value. No store is asked, so a token stays good until it expires.
   *
   * @returns Claims and principal are frozen to their depth, and the claims have no prototype.
   * @throws {UnavailableError} When the clock or the keys do not answer, and only then.
   */
  verify(token: unknown): Promise<VerifyResult<Claims>>
}

/**
 * Creates a verifier of access tokens (RFC 9068), by the same checks as `createAuth`. Of the application's own claims nothing is checked but
 * whether those of `requiredClaims` are there: `Claims` is what the caller states about them.
 *
 * Where tokens of several issuers are accepted, make a verifier for each: a token is good for one of them at most.
 *
 * @throws {ConfigError} Naming the first option that is missing, unknown or out of range.
 */
export function createTokenVerifier<Claims extends AccessTokenClaims = AccessTokenClaims>(
  options: TokenVerifierOptions,
): TokenVerifier<Claims> {
  const given = readOptions('', options, [
    'issuer',
    'audience',
    'keys',
    'types',
    'maxLifetime',
    'leeway',
    'requiredClaims',
    'cache',
    'runtime',
  ])
  const keys = readKeys('keys', given.keys, isVerificationKeys)
  const policy = resolveIssuer('', given, { ...ISSUER_DEFAULTS, profile: RFC9068 })
  const own = Object.freeze({
    policy,
    foreign: false,
    find: (kid: string | undefined) => (kid === undefined ? undefined : askForKeys(keys, isVerificationKeys).find(kid)),
  })
  const cache = readCacheOptions('cache', given.cache)
  const verify = createVerify<Claims>({ cache, judge: undefined }, own, new Map(), readRuntime(given.runtime))
  return Object.freeze<TokenVerifier<Claims>>({ verify: (token) => verify(token) })
}
