/**
 * Logging out.
 *
 * @module
 */

import type { AccessTokenClaims } from '../authentication.ts'
import { UsageError } from '../faults.ts'
import { createDenial, type Denial } from '../http/denial.ts'
import { endedBy } from '../session/writer.ts'
import {
  carrierOf,
  crossOriginReason,
  engineOf,
  isCrossOriginChange,
  presentSession,
  type Exchange,
  type PresentedSession,
} from './exchange.ts'

/** The outcome of a logout. `revoked`: a live session was ended; false when there was none, which is no failure. */
export type LogoutResult =
  | { readonly ok: true; readonly revoked: boolean }
  | { readonly ok: false; readonly code: 'cross_origin'; readonly denial: Denial }

/**
 * Ends the session that the request presented, on the server first and then in the browser. Idempotent: a dead or missing
 * cookie is deleted all the same. From then on the context is anonymous. Access tokens are not touched; they end by themselves.
 *
 * @throws {UsageError} `not_configured`; `headers_sent` when the response has begun.
 * @throws {UnavailableError} When the store is out of reach: the session lives on, and the cookie is kept.
 */
export async function logout<User, Claims extends AccessTokenClaims, Data extends object>(
  exchange: Exchange<User, Claims, Data>,
): Promise<LogoutResult> {
  const { config, sink } = exchange
  engineOf(config)
  if (!sink.open)
    throw new UsageError('headers_sent', 'A logout needs a cookie, and the headers of the response are already sent')
  if (isCrossOriginChange(exchange)) {
    config.emit({ type: 'rejected', code: 'cross_origin' })
    return { ok: false, code: 'cross_origin', denial: createDenial(crossOriginReason(exchange), config.challenge) }
  }

  const presented = await presentSession(exchange)
  const revoked = await end(exchange, presented)
  carrierOf(exchange).clear()
  exchange.authentication = Object.freeze({ status: 'anonymous' })
  exchange.denied = false
  exchange.slot = undefined
  exchange.session = undefined
  exchange.presented = Promise.resolve({ status: 'none' })
  exchange.replaced = true
  exchange.user = undefined
  return { ok: true, revoked }
}

async function end<User, Claims extends AccessTokenClaims, Data extends object>(
  exchange: Exchange<User, Claims, Data>,
  presented: PresentedSession,
): Promise<boolean> {
  const engine = engineOf(exchange.config)
  if (presented.status === 'expired' || presented.status === 'undecodable') return engine.destroy(presented.record)
  if (presented.status !== 'live') return false
  const { slot } = presented
  const record = endedBy(slot)
  const revoked = record !== null && (await engine.destroy(record))
  // Handles from before write to what is over.
  slot.ended = true
  if (exchange.slot) exchange.slot.ended = true
  return revoked
}
