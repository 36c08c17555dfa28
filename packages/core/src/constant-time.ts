/**
 * Comparing secrets that are text.
 *
 * @module
 */

/** Tells whether two texts are the same. Takes as long wherever texts of one length differ; how long they are is no secret. */
export function isSameSecret(one: string, other: string): boolean {
  if (one.length !== other.length) return false
  let difference = 0
  for (let index = 0; index < one.length; index += 1) difference |= one.charCodeAt(index) ^ other.charCodeAt(index)
  return difference === 0
}
