/**
 * Access tokens (RFC 9068): issued and verified, without a store.
 *
 * @module
 */

import type { AccessTokenClaims } from '../authentication.ts'
import { UsageError } from '../faults.ts'
import { readOptions, readRuntime } from '../options.ts'
import type { Runtime } from '../ports.ts'
import { readClock } from '../runtime.ts'
import { checkSubject } from '../subject.ts'
import { validateAccessTokenClaims } from './claims.ts'
import { toIssuedClaims, type IssueOptions } from './issued-claims.ts'
import { ISSUER_DEFAULTS, readKeys, readLifetime, resolveIssuer } from './issuer-options.ts'
import { signJws } from './jws.ts'
import type { TokenOptions, TokenPolicy } from './options.ts'
import { RFC9068, type TokenUse } from './profile.ts'
import type { TokenIssuer } from './token-issuer.ts'
import { createTokenIds } from './token-ids.ts'
import { askForKeys, isKeyring, type JsonWebKeySet, type Keyring, type TokenKey } from './token-key.ts'
import { readCacheOptions } from './verified-cache.ts'
import { createVerify, reach, type VerifyResult } from './verify.ts'

export type { IssueOptions } from './issued-claims.ts'
export type { VerifyResult } from './verify.ts'

/**
 * Issues and verifies the access tokens of one issuer. Frozen; its members need no `this`. Options whose name
 * begins with `tokens.` are those of `createAuth`; `createAccessTokens` has none of them.
 */
export interface AccessTokens<Claims extends AccessTokenClaims = AccessTokenClaims> {
  /** The `iss` of the tokens that it issues; null where those of `createAuth` have none (`flaskJwtExtended`). */
  readonly issuer: string | null
  /** How long an issued token lives by default, in milliseconds. */
  readonly lifetime: number
  /**
   * Issues a token, which this object would verify at the same moment.
   *
   * @throws {UsageError} `not_configured` without a signing key; `argument` for a subject or option out of range, an answer of
   * `tokens.addClaims` that is no object, a token that lacks one of `requiredClaims`, is longer than 8192 characters or has more than 256 members; `value_not_json` for a claim.
   * @throws {UnavailableError} When the clock, the key or `tokens.addClaims` does not answer.
   */
  issue(subject: string, options?: IssueOptions): Promise<string>
  /**
   * Verifies a token of this issuer or of one in `tokens.trustedIssuers`. Anything may be given; every refusal is a value. No store is asked, so
   * a token stays good until it expires.
   *
   * @param use What the token is presented for. Default `access`; `refresh` is for the refresh JWTs of `flaskJwtExtended`, which `createAuth` alone issues.
   * @returns Claims and principal are frozen to their depth, and the claims have no prototype. What a schema made of a claim is frozen
   * by the schema or not at all.
   * @throws {UnavailableError} When the clock, the key, `tokens.claims` or `tokens.checkClaims` does not answer, and only then.
   * @throws {UsageError} `argument` for an answer of the last two that is of the wrong kind.
   */
  verify(token: unknown, use?: TokenUse): Promise<VerifyResult<Claims>>
  /**
   * The public halves of the keys that verify these tokens now, for other services.
   *
   * @throws {UnavailableError} When the keys are out of reach.
   */
  publicJwks(): JsonWebKeySet
}

/** What `createAccessTokens` takes: the options `tokens` of `createAuth` that issuing by hand has a use for. Unknown members are refused. */
export interface AccessTokensOptions extends Pick<
  TokenOptions,
  'lifetime' | 'maxLifetime' | 'leeway' | 'clientId' | 'requiredClaims' | 'cache'
> {
  /** The `iss` of every token that is issued, and the only one that is accepted, byte for byte. */
  readonly issuer: string
  /** The `aud` of tokens that are issued; a token is accepted when it names at least one of them. 1 to 20. */
  readonly audience: string | readonly string[]
  /** `await createKeyring(...)` or `keyringFromSecrets(...)`; or a function that gives the current one, asked at every use. */
  readonly keys: Keyring | (() => Keyring)
  /** Clock, timers and randomness. Default: the platform's. For tests. */
  readonly runtime?: Runtime
}

/**
 * Creates the access tokens of one issuer, as `createAuth` has them, for a program that has no use for the rest of it. A service that only
 * verifies takes `createTokenVerifier`.
 *
 * @throws {ConfigError} Naming the first option that is missing, unknown or out of range.
 */
export function createAccessTokens<Claims extends AccessTokenClaims = AccessTokenClaims>(
  options: AccessTokensOptions,
): AccessTokens<Claims> {
  const given = readOptions('', options, [
    'issuer',
    'audience',
    'keys',
    'lifetime',
    'maxLifetime',
    'leeway',
    'clientId',
    'requiredClaims',
    'cache',
    'runtime',
  ])
  const keys = readKeys('keys', given.keys, isKeyring)
  const own = resolveIssuer('', given, { ...ISSUER_DEFAULTS, profile: RFC9068 })
  const policy = Object.freeze<TokenPolicy>({
    ...own,
    lifetime: readLifetime('', given.lifetime, own),
    freshFor: undefined,
    judge: undefined,
    addClaims: undefined,
    keys,
    trustedIssuers: new Map(),
    cache: readCacheOptions('cache', given.cache),
    unnamedKey: undefined,
    csrf: false,
  })
  return bindAccessTokens<Claims>(policy, keys, readRuntime(given.runtime))
}

/**
 * Binds a policy to its keys.
 *
 * @param keys Gives the current keys; asked at every use.
 */
export function bindAccessTokens<Claims extends AccessTokenClaims>(
  policy: TokenPolicy,
  keys: () => Keyring,
  runtime: Runtime,
): AccessTokens<Claims> {
  const ring = (): Keyring => askForKeys(keys, isKeyring)

  const own = Object.freeze<TokenIssuer>({
    policy,
    foreign: false,
    // Where the profile lets a token name no key, the one that is configured for that. Never another one.
    find(kid) {
      if (kid !== undefined) return ring().find(kid)
      if (!policy.profile.mayNameNoKey) return undefined
      return policy.unnamedKey === undefined ? ring().active : ring().find(policy.unnamedKey)
    },
  })

  const newId = createTokenIds(runtime)
  const headers = new WeakMap<Pick<TokenKey, 'alg' | 'kid'>, string>()

  return Object.freeze<AccessTokens<Claims>>({
    issuer: policy.issuer,
    lifetime: policy.lifetime,
    async issue(subject, options = {}) {
      const key = ring().active
      const sign = key?.sign
      if (key === undefined || sign === undefined) {
        throw new UsageError('not_configured', 'Tokens cannot be issued without an active key')
      }
      const now = readClock(runtime)
      const writing = toIssuedClaims(checkSubject(subject), options, policy, { now, newId, runtime })
      const claims = writing instanceof Promise ? await writing : writing
      if (!validateAccessTokenClaims(claims, now, policy, options.refresh === true ? 'refresh' : 'access').ok) {
        throw new UsageError(
          'argument',
          'The token would be refused: an option is out of range, or a required claim is missing',
        )
      }
      const signing = reach(() => signJws(claims, policy.profile.typ, key, sign, headers))
      const token = signing instanceof Promise ? await signing : signing
      if (token === undefined) {
        throw new UsageError(
          'argument',
          'The token would be refused: it is too long, has too many members or ill-formed text',
        )
      }
      return token
    },

    verify: createVerify<Claims>(policy, own, policy.trustedIssuers, runtime),
    publicJwks: () => ring().publicJwks(),
  })
}
