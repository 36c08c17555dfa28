/**
 * The key pair that signs access tokens, in a file.
 *
 * @module
 */

import { generateKeyPairSync } from 'node:crypto'
import { createKeyring, type Keyring } from '@latchkey/core'
import { readOrMake } from './secret.ts'

/**
 * Reads the key pair, and makes it first where there is none: Ed25519, so that other services verify tokens by the public half, at
 * `/.well-known/jwks.json`, and can make none. In production it comes from the platform's secret store instead.
 */
export async function readSigningKey(path: string): Promise<Keyring> {
  const text = await readOrMake(path, () =>
    JSON.stringify(generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' })),
  )
  return createKeyring([{ alg: 'EdDSA', jwk: JSON.parse(text) as object as never }])
}
