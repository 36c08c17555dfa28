/**
 * What takes up the room of a session that is too large.
 *
 * @module
 */

import { UsageError } from '../faults.ts'
import type { JsonObject } from '../json.ts'

/** So many values are named, the largest first. */
const NAMED = 10

/**
 * Lists the largest values of a session: their keys, quoted and escaped, and the length of each as JSON. No value stands in it.
 *
 * @param lengthOf The length of a JSON text, in the unit that the limit is in.
 */
export function describeValueSizes(data: JsonObject, lengthOf: (json: string) => number): string {
  const sizes = Object.entries(data)
    .map(([key, value]) => [key, lengthOf(JSON.stringify({ [key]: value })) - lengthOf('{}')] as const)
    .toSorted(([, one], [, other]) => other - one)
  const named = sizes.slice(0, NAMED).map(([key, size]) => `${JSON.stringify(key)} ${size}`)
  const others = sizes.slice(NAMED)
  const rest = others.reduce((sum, [, size]) => sum + size, 0)
  return [...named, ...(others.length > 0 ? [`${others.length} smaller values ${rest}`] : [])].join(', ')
}

/**
 * Holds the values of a stored session to their limit, in UTF-16 code units of JSON.
 *
 * @throws {UsageError} `session_too_large`, with the size of each of the largest values.
 */
export function checkDataSize(data: JsonObject, maxDataSize: number): void {
  const size = JSON.stringify(data).length
  if (size <= maxDataSize) return
  const sizes = describeValueSizes(data, (json) => json.length)
  throw new UsageError(
    'session_too_large',
    `The session takes ${size} characters of JSON, and "sessions.maxDataSize" is ${maxDataSize}: ${sizes}`,
  )
}
