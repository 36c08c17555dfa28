/**
 * Clearing memory before something is measured.
 *
 * @module
 */

import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** Collects garbage, all of it, at once. */
export function collectGarbage(): void {
  collect()
  // What only finalizers hold goes with the second.
  collect()
}
