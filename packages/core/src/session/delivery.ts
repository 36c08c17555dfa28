/**
 * How a session's credential reaches its client.
 *
 * @module
 */

import { SessionConflictError, type UsageError } from '../faults.ts'
import type { JsonObject } from '../json.ts'
import type { SessionRecord } from '../ports.ts'
import type { SessionEngine, SessionInit } from './strategy.ts'

/** How a handle reaches its client. */
export interface CredentialCarrier {
  /** False once the response's headers are gone, and where the request's session is not to be touched. */
  readonly open: boolean
  /** The fault of an operation that needs the carrier while it is not open. */
  refusal(): UsageError
  /** Gives the client the credential of this record. */
  issue(record: SessionRecord, credential: string): void
  /** Takes the credential away from the client. */
  clear(): void
}

/** Where a session is kept, and how its credential gets to the client. */
export interface DeliveryParts {
  readonly engine: SessionEngine
  readonly carrier: CredentialCarrier
  /** The client as it calls itself; recorded in the sessions that begin. */
  readonly userAgent: string | null
}

/**
 * Makes a stored session, ends the one that it takes the place of, and gives the client its credential: in this order, so that a
 * store that fails half-way leaves the client with what it had, and nothing behind that nobody can use.
 *
 * @returns `cut_off` when the subject's sessions were revoked after `init.epoch` was read.
 * @throws {UsageError} When the client cannot be reached, and then the new session is not kept. Where the headers go out in the
 * very moment in which the former session ends, that one is over all the same.
 * @throws {UnavailableError} When the store is out of reach; the new session is not kept, as far as the store can still be told.
 */
export async function createDelivered(
  init: SessionInit,
  replaced: SessionRecord | null,
  { engine, carrier, userAgent }: DeliveryParts,
): Promise<SessionRecord | 'cut_off'> {
  if (!carrier.open) throw carrier.refusal()
  const record = await engine.create({ userAgent, ...init })
  if (record === 'cut_off') return 'cut_off'
  try {
    const credential = await engine.credentialOf(record)
    if (!carrier.open) throw carrier.refusal()
    if (replaced !== null) await engine.destroy(replaced)
    if (!carrier.open) throw carrier.refusal()
    carrier.issue(record, credential)
    return record
  } catch (error) {
    // The first fault is the one to tell, whether or not the store can still clear up.
    await engine.destroy(record).catch(() => {})
    throw error
  }
}

/** Makes the session of a visitor who has none and whom nobody knows. Throws like `createDelivered`. */
export async function createAnonymous(data: JsonObject, parts: DeliveryParts): Promise<SessionRecord> {
  const anonymous = { subject: null, scopes: [], authenticatedAt: null, amr: [], acr: null, epoch: 0, label: null }
  const record = await createDelivered({ carrier: 'cookie', ...anonymous, data }, null, parts)
  // Who has no subject has no epoch to stand below.
  if (record === 'cut_off') throw new SessionConflictError('gone')
  return record
}
