/**
 * Records, times and calls that the contract suite works with.
 *
 * @module
 */

import type { SessionInfo, SessionRecord, StoreCall } from '@latchkey/core'

/** The time at which tests begin, in epoch milliseconds. */
export const NOW = 1_800_000_000_000

/** A call at a time; by default at the one at which tests begin. */
export function at(now: number = NOW): StoreCall {
  return { now }
}

/** An id of the right form for a number. */
export function idOf(number: number): string {
  return number.toString(16).padStart(32, '0')
}

/** A live record of the subject `alice`: idle after a minute, over after an hour. */
export function recordOf(fields: Partial<SessionRecord> = {}): SessionRecord {
  return {
    id: idOf(1),
    carrier: 'cookie',
    subject: 'alice',
    scopes: ['read', 'write'],
    authenticatedAt: NOW - 5,
    amr: ['pwd'],
    acr: null,
    keyId: 1,
    salt: 'c2FsdHNhbHRzYWx0c2FsdHNhbHRzYWx0c2FsdHNhbHQ',
    generation: 0,
    previous: null,
    rotatedAt: null,
    epoch: 0,
    createdAt: NOW,
    lastSeenAt: NOW,
    idleExpiresAt: NOW + 60_000,
    absoluteExpiresAt: NOW + 3_600_000,
    version: 0,
    label: null,
    userAgent: null,
    address: null,
    persistent: true,
    dataVersion: 0,
    data: {},
    ...fields,
  }
}

/** What a device list may know of a record. */
export function infoOf(record: SessionRecord): SessionInfo {
  const { id, carrier, authenticatedAt, createdAt, lastSeenAt, idleExpiresAt, absoluteExpiresAt } = record
  const { label, userAgent, address, persistent } = record
  const times = { authenticatedAt, createdAt, lastSeenAt, idleExpiresAt, absoluteExpiresAt }
  return { id, carrier, ...times, label, userAgent, address, persistent }
}

/** Counts equal outcomes. */
export function tally(outcomes: readonly string[]): Readonly<Record<string, number>> {
  const counts = new Map<string, number>()
  for (const outcome of outcomes) counts.set(outcome, (counts.get(outcome) ?? 0) + 1)
  return Object.fromEntries(counts)
}

/** Creates the records in a store, one after the other, and refuses to go on if one is not created. */
export async function createAll(
  store: { create(record: SessionRecord, call: StoreCall): Promise<string> },
  records: readonly SessionRecord[],
): Promise<void> {
  for (const record of records) {
    const outcome = await store.create(record, at(NOW))
    if (outcome !== 'created') throw new Error(`The suite could not create a record: ${outcome}`)
  }
}
