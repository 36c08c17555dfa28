/**
 * Credentials that the suite asks about.
 *
 * @module
 */

import type { RevocableCredential } from '@latchkey/core'
import { idOf } from '../session-store/records.ts'

/** An id of a token, of the right form for a number. */
export function tokenIdOf(number: number): string {
  return number.toString(16).padStart(22, 'A')
}

/** The credential of a session of the subject `alice`, of epoch 0. */
export function sealOf(number: number, fields: Partial<RevocableCredential> = {}): RevocableCredential {
  return { ids: [idOf(number)], subject: 'alice', epoch: 0, ...fields }
}

/** The credential of a token of the same session. */
export function accessOf(
  number: number,
  token: number,
  fields: Partial<RevocableCredential> = {},
): RevocableCredential {
  return { ids: [tokenIdOf(token), idOf(number)], subject: 'alice', epoch: 0, ...fields }
}
