/**
 * Records, times and calls for the tests.
 *
 * @module
 */

import type { SessionRecord, StoreCall } from '@latchkey/core'

/** The time at which tests begin, in epoch milliseconds. */
export const NOW = 1_800_000_000_000

/** A call at a time. */
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
