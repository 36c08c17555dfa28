/**
 * Whether a session fits into its cookie, told before anything is sent.
 *
 * @module
 */

import { UsageError, type JsonObject } from '@latchkey/core'
import type { SealedValues } from './sealed-record.ts'
import { sealTextLength } from './seal-text.ts'

/** What a seal has to fit into. */
export interface SealRoom {
  /** The id of the password that it will be made with. */
  readonly passwordId: number
  /** The most characters that it may have. */
  readonly capacity: number
}

/** So many values are named in the message, the largest first. */
const NAMED = 10
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
  const sizes = Object.entries(values.data)
    .map(([key, value]) => [key, sizeOf({ [key]: value }) - sizeOf({})] as const)
    .toSorted(([, one], [, other]) => other - one)
  const others = sizeOf(values) - sizes.reduce((sum, [, size]) => sum + size, 0)
  const named = sizes.slice(0, NAMED).map(([key, size]) => `${JSON.stringify(key)} ${size}`)
  const more = sizes.length > NAMED ? [`${sizes.length - NAMED} smaller values`] : []
  return `in bytes of JSON: ${[...named, ...more, `everything else ${others}`].join(', ')}`
}

function sizeOf(value: JsonObject): number {
  return encoder.encode(JSON.stringify(value)).length
}
