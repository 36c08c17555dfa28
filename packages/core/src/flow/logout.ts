/**
 * Logging out.
 *
 * @module
 */

import type { AccessTokenClaims } from '../authentication.ts'
import { UsageError } from '../faults.ts'
import { createDenial, type Denial } from '../http/denial.ts'
import { carrierOf, engineOf, isCrossOriginChange, presentSession, type Exchange } from './exchange.ts'

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
  const engine = engineOf(config)
  if (!sink.open)
    throw new UsageError('headers_sent', 'A logout needs a cookie, and the headers of the response are already sent')
  if (isCrossOriginChange(exchange)) {
    config.emit({ type: 'rejected', code: 'cross_origin' })
    return { ok: false, code: 'cross_origin', denial: createDenial({ code: 'cross_origin' }, config.challenge) }
  }

  const presented = await presentSession(exchange)
  const session = await exchange.session
  // A handle knows of a session that this very request began, and must know that it has ended.
  const revoked = session?.id
    ? await session.destroy()
    : 'record' in presented && (await engine.destroy(presented.record))
  carrierOf(exchange).clear()
  exchange.presented = Promise.resolve({ status: 'none' })
  exchange.session = undefined
  exchange.user = undefined
  exchange.authentication = Object.freeze({ status: 'anonymous' })
  return { ok: true, revoked }
}
