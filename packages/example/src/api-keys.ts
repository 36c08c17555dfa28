/**
 * The configuration of API keys: all of it.
 *
 * @module
 */

import type { Runtime, TokenStore } from '@latchkey/core'
import { createApiKeys, type ApiKeys } from '@latchkey/password'

/** Creates the API keys. They begin with a name of their own, so that a scanner finds one that leaked. */
export function createAppApiKeys(store: TokenStore, runtime: Runtime): ApiKeys {
  return createApiKeys({ store, runtime, prefix: 'latchkey_example' })
}
