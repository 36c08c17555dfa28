/**
 * Access tokens that ended before their time: written down, and looked up.
 *
 * @module
 */

import { after } from '../after.ts'
import type { AccessTokenClaims } from '../authentication.ts'
import { encodeBase64url } from '../base64url.ts'
import { parseDuration, type Duration } from '../duration.ts'
import { ConfigError, UnavailableError } from '../faults.ts'
import { readOptions } from '../options.ts'
import type { Runtime, StoreCall } from '../ports.ts'
import type { RevocableCredential, RevocationStore } from '../revocation-port.ts'
import { createStoreCall } from '../store-call.ts'
import type { TokenPolicy } from './options.ts'
import { createRevocationView } from './revocation-view.ts'

/** How revocations of access tokens are kept. Unknown members are refused. */
export interface RevocationOptions {
  /** Where they are kept; every process of the service shares it. */
  readonly store: RevocationStore
  /**
   * The most that a local view may lag behind the store, on routes with `authoritative: 'local'`. An older one is not judged by: the
   * store itself is asked. 1 second to 10 minutes. Default 10 seconds.
   */
  readonly staleAfter?: Duration
  /** How often a local view that is in use asks the store what is new. At most half of `staleAfter`. Default a quarter of it. */
  readonly pollEvery?: Duration
  /** How long one call of the store may take, up to 1 minute; then it counts as down. Default 2 seconds. */
  readonly storeTimeout?: Duration
}

/** Revocation options as they are used. Durations in milliseconds. */
interface RevocationPolicy {
  readonly store: RevocationStore
  readonly staleAfter: number
  readonly pollEvery: number
  readonly storeTimeout: number
}

/** The revocations of the access tokens of one issuer. Every method rejects with an `UnavailableError` when the store is out of reach. */
export interface TokenRevocations {
  /**
   * Whether a token, whose claims were verified, was revoked: by its id, with its session, or with everything of its subject.
   *
   * @param local Judge by the local view, where it is not too old: that answers at once.
   */
  isRevoked(claims: AccessTokenClaims, local: boolean): boolean | Promise<boolean>
  /** Revokes one token, until it would have expired. True: it was not revoked by itself before. */
  revokeToken(token: Pick<AccessTokenClaims, 'iss' | 'jti' | 'sub' | 'exp'>): Promise<boolean>
  /** Revokes every token of a session, those included that are being issued at this moment. */
  revokeSession(session: { readonly id: string; readonly subject: string | null }): Promise<void>
  /** The subject's epoch. */
  epochOf(subject: string): Promise<number>
  /** Revokes every token of a subject whose epoch is below `epoch`, or below a new one where none is given, but for those of the session `except`. */
  revokeSubject(subject: string, options: { readonly except?: string; readonly epoch?: number }): Promise<void>
  /** Forgets what may be forgotten, at most `limit` entries; returns how many. */
  sweep(limit: number): Promise<number>
}

type Policy = Pick<TokenPolicy, 'issuer' | 'maxLifetime' | 'refreshLifetime' | 'freshFor' | 'leeway' | 'trustedIssuers'>

const METHODS = ['isRevoked', 'revoke', 'epochOf', 'revokeAllForSubject', 'changedSince', 'deleteExpired'] as const
const TOKEN_ID = /^[A-Za-z0-9_-]{22}$/
/** A token may be issued so long after its session was looked up. */
const UNDER_WAY = 60_000

function resolveOptions(options: unknown): RevocationPolicy {
  const given = readOptions('revocations', options, ['store', 'staleAfter', 'pollEvery', 'storeTimeout'])
  const store = given.store as Partial<RevocationStore> | null | undefined
  if (typeof store !== 'object' || store === null || METHODS.some((name) => typeof store[name] !== 'function')) {
    throw new ConfigError('revocations.store', 'must be a revocation store')
  }
  const bounds = { min: 1_000, max: 600_000 }
  const staleAfter = parseDuration('revocations.staleAfter', given.staleAfter ?? '10s', bounds)
  const pollEvery =
    given.pollEvery === undefined ? Math.floor(staleAfter / 4) : parseDuration('revocations.pollEvery', given.pollEvery)
  if (pollEvery > staleAfter / 2) {
    throw new ConfigError('revocations.pollEvery', 'must not be more than half of "revocations.staleAfter"')
  }
  const storeTimeout = parseDuration('revocations.storeTimeout', given.storeTimeout ?? '2s', { max: 60_000 })
  return { store: store as RevocationStore, staleAfter, pollEvery, storeTimeout }
}

/**
 * Creates the revocations of one issuer's tokens.
 *
 * @param given The options, not yet checked; own members only.
 * @param policy That of the tokens; undefined where there are none.
 * @throws {ConfigError} With a path such as `revocations.staleAfter`, or when there are no tokens to revoke.
 */
export function createTokenRevocations(given: unknown, policy: Policy | undefined, runtime: Runtime): TokenRevocations {
  const { store, staleAfter, pollEvery, storeTimeout } = resolveOptions(given)
  if (policy === undefined) throw new ConfigError('revocations', 'must not be given without "tokens"')
  const { issuer, leeway } = policy
  const isOwn = (iss: string | undefined): boolean => issuer === null || iss === issuer
  const call = createStoreCall(runtime, storeTimeout)
  /** Nothing that was issued before a moment lives longer than this after it. */
  const horizon = longestLife(policy) + leeway + UNDER_WAY
  const view = createRevocationView(
    (since) => call((at) => store.changedSince(since, at)),
    { staleAfter, pollEvery, horizon },
    runtime,
  )

  async function askStore(credential: RevocableCredential): Promise<boolean> {
    const answer: unknown = await call((at) => store.isRevoked(credential, at))
    // A store that says neither has a fault, and must not open anything by it.
    if (typeof answer !== 'boolean') throw new UnavailableError()
    return answer
  }

  return Object.freeze<TokenRevocations>({
    isRevoked({ iss, jti, sid, sub, epoch }, local) {
      // The sessions and the epochs of other issuers are none of ours.
      const own = isOwn(iss)
      return after(toTokenId(jti, own ? undefined : iss), (id) => {
        const credential = {
          ids: own && sid !== undefined ? [id, sid] : [id],
          subject: sub,
          epoch: own ? (epoch ?? 0) : Number.MAX_SAFE_INTEGER,
        }
        return (local ? view.decide(credential) : undefined) ?? askStore(credential)
      })
    },
    async revokeToken({ iss, jti, sub, exp }) {
      const id = await toTokenId(jti, iss === undefined || isOwn(iss) ? undefined : iss)
      return call((at) => store.revoke({ id, subject: sub }, Math.ceil(exp * 1_000) + leeway, at))
    },
    async revokeSession({ id, subject }) {
      await call((at) => store.revoke({ id, subject }, at.now + horizon, at))
    },
    epochOf: (subject) => call((at) => store.epochOf(subject, at)),
    async revokeSubject(subject, { except, epoch }) {
      const options = {
        ...(except === undefined ? {} : { except }),
        ...(epoch === undefined ? {} : { atLeast: epoch }),
      }
      // The clock may have moved on since the epoch was made, and must not lift this one above it.
      const toCall = (at: StoreCall): StoreCall => (epoch === undefined ? at : { ...at, now: Math.min(at.now, epoch) })
      await call((at) => store.revokeAllForSubject(subject, options, toCall(at)))
    },
    sweep: (limit) => call((at) => store.deleteExpired(limit, at)),
  })
}

/** Where there are no fresh tokens, there are no refresh JWTs either. */
function longestLife({ maxLifetime, refreshLifetime, freshFor, trustedIssuers }: Policy): number {
  const others = [...trustedIssuers.values()].map((other) => other.policy.maxLifetime)
  return Math.max(maxLifetime, freshFor === undefined ? 0 : refreshLifetime, ...others)
}

/** Ours are of one form. Those of other issuers may be of any, and are different only within one issuer: its name is part of theirs. */
function toTokenId(jti: string, foreignIssuer: string | undefined): string | Promise<string> {
  return foreignIssuer === undefined && TOKEN_ID.test(jti) ? jti : digestTokenId(jti, foreignIssuer)
}

async function digestTokenId(jti: string, foreignIssuer: string | undefined): Promise<string> {
  const text = foreignIssuer === undefined ? jti : JSON.stringify([foreignIssuer, jti])
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))
  return encodeBase64url(new Uint8Array(digest)).slice(0, 22)
}
