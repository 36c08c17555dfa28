/**
 * The keyring of an application that gives no keys of its own.
 *
 * @module
 */

import { readOptions } from '../options.ts'
import { createRootSecrets, type RootSecrets, type Secrets } from '../secrets.ts'
import { toKeyring, type Keyring, type TokenKey } from './token-key.ts'

const PURPOSE = 'access-token/HS256'

/**
 * Makes a keyring of HS256 keys that are derived from root secrets, one for each, under the secret's id: those that `createAuth` has where it is given
 * `secrets` and no keys.
 *
 * @param secrets Each at least 32 bytes, as for `createAuth`.
 * @param options `signWith`: the id of the secret that signs. Default: the highest.
 * @throws {ConfigError} `secrets`, `secrets.<id>` or `signWith`. The message never holds any of the material.
 */
export function keyringFromSecrets(secrets: Secrets, options: { readonly signWith?: number } = {}): Keyring {
  const { signWith } = readOptions('', options, ['signWith'])
  return deriveKeyring(createRootSecrets(secrets, signWith))
}

/** Makes the keyring of root secrets. The signing id is `active`, the others are `accepted`. */
export function deriveKeyring(secrets: RootSecrets): Keyring {
  return toKeyring(
    secrets.ids.map((id) => {
      const active = id === secrets.signingId
      const { sign, verify } = secrets.deriveHmacKey(id, PURPOSE)
      return Object.freeze<TokenKey>({
        kid: String(id),
        alg: 'HS256',
        state: active ? 'active' : 'accepted',
        publicJwk: undefined,
        verify,
        sign: active ? sign : undefined,
      })
    }),
  )
}
