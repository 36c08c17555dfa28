/**
 * Step-up: the subject of a session proves its identity again, and the session goes on with more trust.
 *
 * @module
 */

import type { AccessTokenClaims, Principal } from '../authentication.ts'
import type { Config } from '../config.ts'
import { SessionConflictError, UsageError } from '../faults.ts'
import { createDenial, type Denial, type DenialReason } from '../http/denial.ts'
import type { SessionChanges, SessionRecord } from '../ports.ts'
import { readClock } from '../runtime.ts'
import type { Session } from '../session/session.ts'
import type { SessionEngine, SessionWrite } from '../session/strategy.ts'
import { admitted } from './context.ts'
import {
  carrierOf,
  crossOriginReason,
  engineOf,
  findNamedSession,
  isCrossOriginChange,
  openSession,
  presentSession,
  principalOf,
  type Exchange,
} from './exchange.ts'
import { checkEpoch, readStrength } from './login-options.ts'
import { issueTokens, type TokenResponse } from './token-response.ts'

/** How a subject proved its identity again. */
export interface ElevateOptions {
  /**
   * How the subject proved its identity just now (RFC 8176), such as `['otp']`. Takes the place of what was recorded: the time of
   * authentication speaks for all of them. To keep what was proved before, name it again.
   */
  readonly amr: readonly string[]
  /** The authentication context class reached by it. Default: none. */
  readonly acr?: string
  /** What the session may do from now on. Default: what it may do already. */
  readonly scopes?: readonly string[]
  /**
   * The subject's epoch (`auth.epochOf`), read before the proof was checked. A step-up that was judged by a password that has been
   * changed meanwhile is then refused. Default: read now, which closes all but that window.
   */
  readonly epoch?: number
}

/**
 * A step-up that was refused; the denial is to be sent as it is. `session_unknown`: the credential is from before another change of
 * the session's credential, or its session has ended, or it names none.
 */
export interface ElevateRefusal {
  /** Always false. */
  readonly ok: false
  /** Why. */
  readonly code: 'authentication_required' | 'cross_origin' | 'session_unknown' | 'login_cut_off'
  /** What to send. */
  readonly denial: Denial
}

/** The outcome of a step-up: by the way in which the session reaches its client, as at its login. */
export type ElevateResult<Data extends object> =
  | { readonly ok: true; readonly deliver: 'cookie'; readonly session: Session<Data> }
  | { readonly ok: true; readonly deliver: 'tokens'; readonly tokens: TokenResponse }
  | ElevateRefusal

/** Other writers of the session win at most so many times in a row. */
const MAX_ATTEMPTS = 100

/**
 * Renews the time and the methods of authentication of the session that the request's credential belongs to, whose subject's
 * identity the application has checked again, without signing out. The session keeps its id and its values, and gets a new credential: of two
 * requests that come with one credential, one is elevated, and no credential from before leads to one from after.
 *
 * A session in a cookie gets a new cookie, and the context is authenticated anew. A session of an API client, which the access token names (`sid`),
 * gets new tokens: the refresh token from before is unknown from then on; access tokens from before live on to their end, with what they could do before. Sealed sessions
 * change their id as well, and earlier cookies end only where there is a revocation store.
 *
 * @throws {UsageError} `argument`, `not_configured`, `not_guarded`; `headers_sent` when a cookie is needed and the response has begun. The session
 * is as it was.
 * @throws {UnavailableError} When the store or the key is out of reach; the session's credential from before may be dead by then.
 * @throws {SessionConflictError} When other requests write to the session all the time.
 */
export async function elevate<User, Claims extends AccessTokenClaims, Data extends object>(
  exchange: Exchange<User, Claims, Data>,
  options: ElevateOptions,
): Promise<ElevateResult<Data>> {
  const strength = readProof(options)
  engineOf(exchange.config)
  const authentication = admitted(exchange)
  if (authentication.status !== 'authenticated') return refuse(exchange.config, 'authentication_required')
  const proof = { ...strength, authenticatedAt: readClock(exchange.config.runtime) }
  return authentication.via === 'session'
    ? elevateCookie(exchange, proof, options.epoch)
    : elevateTokens(exchange, authentication.principal, proof, options.epoch)
}

async function elevateCookie<User, Claims extends AccessTokenClaims, Data extends object>(
  exchange: Exchange<User, Claims, Data>,
  proof: SessionChanges,
  epoch: number | undefined,
): Promise<ElevateResult<Data>> {
  const { config, sink } = exchange
  const carrier = carrierOf(exchange)
  if (!sink.open) throw carrier.refusal()
  if (isCrossOriginChange(exchange)) return refuse(config, 'cross_origin', crossOriginReason(exchange))
  const presented = await presentSession(exchange)
  const slot = presented.status === 'live' ? presented.slot : undefined
  if (slot?.record == null || slot.ended) return refuse(config, 'session_unknown')

  const raised = await raise(config, slot.record, proof, epoch, async (record) => {
    const credential = await engineOf(config).credentialOf(record)
    if (!carrier.open) throw carrier.refusal()
    // A logout of this very request has deleted the cookie, and that stands.
    if (slot.ended) throw new SessionConflictError('gone')
    carrier.issue(record, credential)
    return record
  })
  if (typeof raised === 'string') return refuse(config, raised)
  slot.record = raised
  const principal = principalOf<Claims>(raised)
  if (principal !== null)
    exchange.authentication = Object.freeze({ status: 'authenticated', via: 'session', principal })
  exchange.slot ??= slot
  exchange.session ??= Promise.resolve(openSession<Data>(exchange, slot))
  return { ok: true, deliver: 'cookie', session: await exchange.session }
}

async function elevateTokens<User, Claims extends AccessTokenClaims, Data extends object>(
  { config, sink }: Exchange<User, Claims, Data>,
  principal: Principal<Claims>,
  proof: SessionChanges,
  epoch: number | undefined,
): Promise<ElevateResult<Data>> {
  if (sink.open) sink.setHeader('cache-control', 'no-store')
  const record = await findNamedSession(config, principal)
  // An access token that is older than the last proof was given out before it, and must not lead to what came after.
  if (record?.carrier !== 'refresh' || toSeconds(record.authenticatedAt) > toSeconds(principal.authenticatedAt)) {
    return refuse(config, 'session_unknown')
  }
  const tokens = await raise(config, record, proof, epoch, (raised) => issueTokens(config, raised))
  return typeof tokens === 'string' ? refuse(config, tokens) : { ok: true, deliver: 'tokens', tokens }
}

/** Gives a record a new credential and hands it over. What cannot be handed over is taken back, as far as the store can still be told. */
async function raise<Handed>(
  config: Config<unknown, AccessTokenClaims>,
  record: SessionRecord,
  proof: SessionChanges,
  epoch: number | undefined,
  handOver: (raised: SessionRecord) => Promise<Handed>,
): Promise<Handed | 'session_unknown' | 'login_cut_off'> {
  const engine = engineOf(config)
  const subject = record.subject ?? ''
  const current = await engine.epochOf(subject)
  const judgedAt = epoch ?? current
  if (current > judgedAt) return 'login_cut_off'
  const rotation = await writeAs(engine, record, (newest) => engine.rotate(newest, proof))
  if (rotation === null) return 'session_unknown'
  const { before, after } = rotation
  try {
    // What was changed after the proof was checked may be what it was checked by.
    if ((await engine.epochOf(subject)) > judgedAt) {
      await restore(engine, before, after)
      return 'login_cut_off'
    }
    const handed = await handOver(after)
    config.emit({ type: 'session_elevated', sessionId: after.id, subject })
    return handed
  } catch (error) {
    // The first fault is the one to tell.
    await restore(engine, before, after).catch(() => {})
    throw error
  }
}

/** The client keeps its old credential, so that one must open the session again, with what it could do before. */
async function restore(engine: SessionEngine, before: SessionRecord, after: SessionRecord): Promise<void> {
  // Where the record lives in the cookie, the client's copy is as it was.
  if (engine.credentialHoldsRecord) return
  const { keyId, salt, generation, previous, rotatedAt, authenticatedAt, amr, acr, scopes } = before
  const fields = { keyId, salt, generation, previous, rotatedAt, authenticatedAt, amr, acr, scopes }
  await writeAs(engine, after, (newest) => engine.write(newest, fields))
}

/** Writes onto the newest state of a record for as long as its credential is this one; null when it is not, or the session has ended. */
async function writeAs(
  engine: SessionEngine,
  record: SessionRecord,
  write: (newest: SessionRecord) => Promise<SessionWrite>,
): Promise<{ readonly before: SessionRecord; readonly after: SessionRecord } | null> {
  let newest: SessionRecord | null = record
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    if (newest === null || newest.salt !== record.salt) return null
    const written = await write(newest)
    if (written.ok) return { before: newest, after: written.record }
    newest = await engine.reload(newest)
  }
  throw new SessionConflictError('conflict')
}

function readProof(options: ElevateOptions): Pick<SessionChanges, 'amr' | 'acr' | 'scopes'> {
  const { amr, acr, scopes } = readStrength(options)
  if (amr.length === 0) throw new UsageError('argument', 'A step-up names at least one authentication method')
  checkEpoch(options.epoch)
  return options.scopes === undefined ? { amr, acr } : { amr, acr, scopes }
}

function toSeconds(time: number | null): number {
  return Math.floor((time ?? 0) / 1_000)
}

function refuse(
  config: Config<unknown, AccessTokenClaims>,
  code: ElevateRefusal['code'],
  reason: DenialReason = { code },
): ElevateRefusal {
  if (code === 'cross_origin' || code === 'session_unknown') config.emit({ type: 'rejected', code })
  return { ok: false, code, denial: createDenial(reason, config.challenge) }
}
