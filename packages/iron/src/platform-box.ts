/**
 * The box that this platform has.
 *
 * @module
 */

import { nodeBuffer, nodeCrypto } from '@latchkey/core'
import { ironBox } from './iron-box.ts'
import { createNodeBox } from './node-box.ts'
import type { SealBox } from './seal-box.ts'

/** Synchronous where there is a `node:crypto`; iron-session's elsewhere. Chosen once. */
export const platformBox: SealBox =
  nodeCrypto !== null && nodeBuffer !== null ? createNodeBox(nodeCrypto, nodeBuffer) : ironBox
