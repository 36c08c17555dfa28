/**
 * Beginning the session of a login with a cookie.
 *
 * @module
 */

import type { JsonObject, JsonValue } from '../json.ts'
import type { SessionRecord } from '../ports.ts'
import { createDelivered } from '../session/delivery.ts'
import type { SessionEngine } from '../session/strategy.ts'
import { NO_DATA, ownValue } from '../session/values.ts'
import { endedBy } from '../session/writer.ts'
import { carrierOf, engineOf, presentSession, type CookieExchange, type PresentedSession } from './exchange.ts'
import type { LoginInit, LoginOptions } from './login-options.ts'

/**
 * Makes a session in the place of the one that the request presented, which ends: a credential from before a login, planted or stolen, is
 * worth nothing after it. That another site's page did not send the request was checked before.
 *
 * @returns `cut_off` when the subject's sessions were revoked after the epoch was read.
 * @throws As `createDelivered`.
 */
export async function beginSession(
  exchange: CookieExchange,
  init: LoginInit,
  { subject, carry, epoch: known }: Pick<LoginOptions, 'subject' | 'carry' | 'epoch'>,
): Promise<SessionRecord | 'cut_off'> {
  const engine = engineOf(exchange.config)
  const presented = await presentSession(exchange)
  const former = formerOf(presented)
  const data = await carryOver(engine, former, carry)
  const epoch = known ?? (await engine.epochOf(subject))
  const parts = { engine, carrier: carrierOf(exchange), userAgent: init.userAgent ?? null }
  const record = await createDelivered({ ...init, carrier: 'cookie', epoch, data }, former, parts)
  // Handles from before write to what is over.
  if (record !== 'cut_off' && presented.status === 'live') presented.slot.ended = true
  return record
}

/** The named values of the session before, as they are now. */
async function carryOver(
  engine: SessionEngine,
  former: SessionRecord | null,
  keys: readonly string[] = [],
): Promise<JsonObject> {
  if (former === null || keys.length === 0) return NO_DATA
  const data = (await engine.reload(former))?.data ?? NO_DATA
  const carried = keys.map((key) => [key, ownValue(data, key)] as const)
  return Object.fromEntries(carried.filter((entry): entry is [string, JsonValue] => entry[1] !== undefined))
}

/** The session that the login takes the place of, whether or not its values can be used. */
function formerOf(presented: PresentedSession): SessionRecord | null {
  if (presented.status === 'undecodable') return presented.record
  return presented.status === 'live' && !presented.slot.ended ? endedBy(presented.slot) : null
}
