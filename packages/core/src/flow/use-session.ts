/**
 * Using the session that a request's cookie names.
 *
 * @module
 */

import type { RejectionCode } from '../authentication.ts'
import type { SessionRecord } from '../ports.ts'
import { carrierOf, engineOf, presentSession, type CookieExchange } from './exchange.ts'

/** The live record of the request's session, renewed where that is due; why there is none; or null after a logout, and where there is no cookie. */
export async function useSession(
  exchange: CookieExchange,
  { passive }: { readonly passive: boolean },
): Promise<SessionRecord | RejectionCode | null> {
  const presented = await presentSession(exchange)
  if (presented.status === 'none') return null
  if (presented.status !== 'live') return `session_${presented.status}`
  const { slot, renewal } = presented
  if (slot.record === null || slot.ended) return 'session_unknown'
  if (passive || renewal === undefined || !exchange.sink.open) return slot.record

  const engine = engineOf(exchange.config)
  const renewed = await engine.renew(slot.record, renewal)
  if (renewed === null) {
    slot.ended = true
    return 'session_unknown'
  }
  presented.renewal = undefined
  const { record, send } = renewed
  slot.record = record
  if (!send) return record
  const credential = await engine.credentialOf(record)
  if (exchange.sink.open) carrierOf(exchange).issue(record, credential)
  return record
}

/**
 * Deletes a cookie that opens no session: a browser sends it by itself, and for as long as it has it. Not where it means something to
 * a process of a later release: while one is rolled out, nobody is logged out.
 */
export async function dropDeadCookie(exchange: CookieExchange): Promise<void> {
  const presented = await presentSession(exchange)
  const isOfLaterRelease = presented.status === 'undecodable' && presented.newer
  if (exchange.sink.open && !isOfLaterRelease) carrierOf(exchange).clear()
}
