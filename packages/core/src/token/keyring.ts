/**
 * The keys of access tokens: each under its id, bound to one algorithm, in one state.
 *
 * @module
 */

import { ConfigError } from '../faults.ts'
import { importKey } from './key-import.ts'
import { parseKeyInput, type KeyInput } from './key-input.ts'
import { toKeyring, type Keyring, type TokenKey } from './token-key.ts'

/**
 * Creates a keyring from an application's own keys.
 *
 * At most one key is `active`, and it must be able to sign; without one the ring only verifies. At least one is not `retired`.
 * Private halves of other keys are dropped. A signing key is tried out, so that halves that do not belong together show here.
 * The ring never changes; to rotate keys, make another one and give `tokens.keys` a function that returns the current one.
 *
 * @throws {ConfigError} With a path such as `keys[1].jwk`. The message never holds any of the material.
 */
export async function createKeyring(keys: readonly KeyInput[]): Promise<Keyring> {
  if (!Array.isArray(keys) || keys.length === 0) throw new ConfigError('keys', 'must be a list of at least one key')
  const inputs = Array.from(keys as readonly unknown[], (key, index) => parseKeyInput(`keys[${index}]`, key))
  const ring: TokenKey[] = []
  for (const [index, input] of inputs.entries()) {
    const { kid, signature, publicJwk } = await importKey(input)
    const { verify, sign } = signature
    if (ring.some((key) => key.kid === kid)) {
      throw new ConfigError(`keys[${index}].kid`, 'must not be the id of another key')
    }
    const state = input.state ?? (inputs.length > 1 ? undefined : sign ? 'active' : 'accepted')
    if (state === undefined)
      throw new ConfigError(`keys[${index}].state`, 'must be given where there is more than one key')
    if (state === 'active' && sign === undefined) {
      throw new ConfigError(`keys[${index}].state`, 'must not be "active" for a key that cannot sign')
    }
    if (state === 'active' && ring.some((key) => key.state === 'active')) {
      throw new ConfigError(`keys[${index}].state`, 'must be "active" for one key only')
    }
    const own = state === 'active' ? sign : undefined
    ring.push(Object.freeze<TokenKey>({ kid, alg: input.alg, state, publicJwk, verify, sign: own }))
  }
  if (ring.every((key) => key.state === 'retired')) {
    throw new ConfigError('keys', 'must hold a key that is not retired')
  }
  return toKeyring(ring)
}
