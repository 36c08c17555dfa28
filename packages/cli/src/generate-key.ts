/**
 * New secrets and keys.
 *
 * @module
 */

import { createPrivateKey, generateKeyPairSync, randomBytes } from 'node:crypto'
import { createKeyring, type JsonWebKey, type KeyAlgorithm, type KeyInput } from '@latchkey/core'

/** A root secret for the option `secrets`: 32 random bytes in base64. */
export function generateSecret(): string {
  return randomBytes(32).toString('base64')
}

const SECRET_BYTES: Readonly<Record<string, number>> = { HS256: 32, HS384: 48, HS512: 64 }
const CURVES: Readonly<Record<string, string>> = { ES256: 'P-256', ES384: 'P-384', ES512: 'P-521' }

/**
 * Makes a key, and tries it out.
 *
 * @param pem Whether to write PKCS#8 in PEM form. A secret has no such form.
 * @returns A JWK as one line of JSON, or PEM; with a line break at its end.
 * @throws {ConfigError} `keys[0].alg` for an algorithm that is not offered, `keys[0].kid`, or `keys[0].pem` for a secret.
 */
export async function generateKey(
  alg: string,
  { kid, pem }: { readonly kid?: string; readonly pem: boolean },
): Promise<string> {
  const jwk = generateJwk(alg)
  const name = kid === undefined ? {} : { kid }
  if (pem) {
    const text =
      jwk.kty === 'oct' ? '' : createPrivateKey({ key: jwk, format: 'jwk' }).export({ type: 'pkcs8', format: 'pem' })
    await createKeyring([{ ...name, alg: alg as KeyAlgorithm, pem: text as string }])
    return text as string
  }
  // Unknown algorithms are refused here, as in an application.
  const ring = await createKeyring([{ ...name, alg, jwk } as KeyInput])
  return `${JSON.stringify({ ...jwk, kid: ring.active?.kid, alg, use: 'sig' })}\n`
}

function generateJwk(alg: string): JsonWebKey {
  const bytes = Object.hasOwn(SECRET_BYTES, alg) ? SECRET_BYTES[alg] : undefined
  if (bytes !== undefined) return { kty: 'oct', k: randomBytes(bytes).toString('base64url') }
  const curve = Object.hasOwn(CURVES, alg) ? CURVES[alg] : undefined
  const { privateKey } =
    curve !== undefined
      ? generateKeyPairSync('ec', { namedCurve: curve })
      : /^[RP]S/.test(alg)
        ? generateKeyPairSync('rsa', { modulusLength: 3_072 })
        : generateKeyPairSync('ed25519')
  return privateKey.export({ format: 'jwk' }) as JsonWebKey
}
