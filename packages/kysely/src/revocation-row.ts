/**
 * Revocations and cut-offs as rows, and back.
 *
 * @module
 */

import type { Revocation, SubjectCutOff } from '@latchkey/core'
import { COLUMNS } from './row.ts'
import { toStoredText } from './stored-text.ts'

/**
 * What stands in the place of a subject, or of an id, where there is none. It is the text of none: `toStoredText` never leaves this
 * character alone.
 */
export const NOBODY = '\ufffd'

const NOBODYS_BYTES = new TextEncoder().encode(NOBODY)

/** A subject, or nobody, as its column keeps it. */
export function ownerOf(subject: string | null): string {
  return subject === null ? NOBODY : toStoredText(subject)
}

/** Reads a revocation. Null for a row that nobody can have written. */
export function decodeRevocation(row: unknown): Revocation | null {
  const { id, subject, until } = read(row)
  return id === undefined || subject === undefined || until === undefined ? null : { id, subject, until }
}

/** Reads a cut-off. Null for a row that nobody can have written. */
export function decodeCutOff(row: unknown): SubjectCutOff | null {
  const { subject, epoch, spared, floor } = read(row)
  return typeof subject !== 'string' || epoch === undefined || spared === undefined || floor === undefined
    ? null
    : { subject, epoch, spared, floor }
}

/** Reads an epoch; 0 where there is no row. */
export function decodeEpoch(row: unknown): number {
  return read(row).epoch ?? 0
}

/** Reads how often a revocation was written. */
export function decodeWrites(row: unknown): number | undefined {
  return read(row).writes
}

interface Columns {
  readonly id: string | undefined
  readonly subject: string | null | undefined
  readonly until: number | undefined
  readonly epoch: number | undefined
  readonly spared: string | null | undefined
  readonly floor: number | undefined
  readonly writes: number | undefined
}

/** Each column is decoded as one of its kind in the sessions table. */
function read(row: unknown): Columns {
  const stored = new Map<string, unknown>(Object.entries(row ?? {}))
  const owner = stored.get('subject')
  return {
    id: COLUMNS.id.decode(stored.get('id')),
    subject: isNobody(owner) ? null : COLUMNS.id.decode(owner),
    until: COLUMNS.epoch.decode(stored.get('expires_at')),
    epoch: COLUMNS.epoch.decode(stored.get('epoch')),
    spared: COLUMNS.label.decode(stored.get('spared')),
    floor: COLUMNS.epoch.decode(stored.get('floor_epoch')),
    writes: COLUMNS.epoch.decode(stored.get('writes')),
  }
}

/** Judged before the text is decoded, which takes a subject of this very character for it. */
function isNobody(stored: unknown): boolean {
  if (!(stored instanceof Uint8Array)) return stored === NOBODY
  return stored.length === NOBODYS_BYTES.length && stored.every((byte, index) => byte === NOBODYS_BYTES[index])
}
