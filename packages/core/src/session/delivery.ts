/**
 * How a session's credential reaches its client.
 *
 * @module
 */

import { SessionConflictError, UsageError } from '../faults.ts'
import type { JsonObject } from '../json.ts'
import type { SessionRecord } from '../ports.ts'
import type { SessionEngine, SessionInit } from './strategy.ts'

/** How a handle reaches its client. */
export interface CredentialCarrier {
  /** False once the response's headers are gone. */
  readonly open: boolean
  /** Gives the client the credential of this record. */
  issue(record: SessionRecord, credential: string): void
  /** Takes the credential away from the client. */
  clear(): void
}

/** Where a session is kept, and how its credential gets to the client. */
export interface DeliveryParts {
  readonly engine: SessionEngine
  readonly carrier: CredentialCarrier
}

/**
 * Makes a stored session, ends the one that it takes the place of, and gives the client its credential: in this order, so that a
 * store that fails half-way leaves the client with what it had.
 *
 * @returns `cut_off` when the subject's sessions were revoked after `init.epoch` was read.
 * @throws {UsageError} `headers_sent`, and then nothing stays stored.
 */
export async function createDelivered(
  init: SessionInit,
  replaced: SessionRecord | null,
  { engine, carrier }: DeliveryParts,
): Promise<SessionRecord | 'cut_off'> {
  if (!carrier.open) throw headersSent()
  const record = await engine.create(init)
  if (record === 'cut_off') return 'cut_off'
  if (replaced !== null) await engine.destroy(replaced)
  const credential = await engine.credentialOf(record)
  if (!carrier.open) {
    await engine.destroy(record)
    throw headersSent()
  }
  carrier.issue(record, credential)
  return record
}

/** Makes the session of a visitor who has none and whom nobody knows. Throws like `createDelivered`. */
export async function createAnonymous(data: JsonObject, parts: DeliveryParts): Promise<SessionRecord> {
  const anonymous = { subject: null, scopes: [], authenticatedAt: null, amr: [], acr: null, epoch: 0, label: null }
  const record = await createDelivered({ carrier: 'cookie', ...anonymous, data }, null, parts)
  // Who has no subject has no epoch to stand below.
  if (record === 'cut_off') throw new SessionConflictError('gone')
  return record
}

/** The fault of an operation that needs a cookie too late. */
export function headersSent(): UsageError {
  return new UsageError('headers_sent', 'The session needs a cookie, and the headers of the response are already sent')
}
