/**
 * Whether a session fits into its cookie, told before anything is sent.
 *
 * @module
 */

import { describeValueSizes, UsageError, type JsonObject } from '@latchkey/core'
import type { SealedValues } from './sealed-record.ts'
import { sealTextLength } from './seal-text.ts'

/** What a seal has to fit into. */
export interface SealRoom {
  /** The id of the password that it will be made with. */
  readonly passwordId: number
  /** The most characters that it may have. */
  readonly capacity: number
}

const encoder = new TextEncoder()

/**
 * Checks that the seal of these values fits.
 *
 * @throws {UsageError} `cookie_too_large`, with the names of the largest session values and how many bytes each takes as JSON. No value
 * stands in the message.
 */
export function checkSealSize(values: SealedValues, { passwordId, capacity }: SealRoom): void {
  const length = sealTextLength(sizeOf(values), passwordId)
  if (length <= capacity) return
  throw new UsageError(
    'cookie_too_large',
    `The sealed session takes ${length} characters, and its cookie holds ${capacity}; ${describeSizes(values)}`,
  )
}

function describeSizes(values: SealedValues): string {
  const others = sizeOf({ ...values, data: {} })
  return `in bytes of JSON: ${[describeValueSizes(values.data, bytesOf), `everything else ${others}`].filter((text) => text !== '').join(', ')}`
}

function bytesOf(json: string): number {
  return encoder.encode(json).length
}

function sizeOf(value: JsonObject): number {
  return bytesOf(JSON.stringify(value))
}
