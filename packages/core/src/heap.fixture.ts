/**
 * What the heap holds, for tests that something is not held on to.
 *
 * @module
 */

import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** Bytes of the heap that are in use after a collection. */
export function heapInUse(): number {
  collect()
  return process.memoryUsage().heapUsed
}

/** The same text as a part of one of a megabyte, as a field is of a request. */
export function partOfLongText(text: string): string {
  return Buffer.from('x'.repeat(1_000_000) + text)
    .toString('latin1')
    .slice(1_000_000)
}
