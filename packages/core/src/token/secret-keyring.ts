/**
 * The keyring of an application that gives no keys of its own.
 *
 * @module
 */

import type { RootSecrets } from '../secrets.ts'
import { toKeyring, type Keyring, type TokenKey } from './token-key.ts'

const PURPOSE = 'access-token/HS256'

/**
 * Makes a keyring of HS256 keys that are derived from root secrets, one for each, under the secret's id. The signing id is
 * `active`, the others are `accepted`.
 */
export function keyringFromSecrets(secrets: RootSecrets): Keyring {
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
