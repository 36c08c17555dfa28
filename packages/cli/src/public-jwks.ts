/**
 * What may be published of keys.
 *
 * @module
 */

import { createKeyring, type KeyInput } from '@latchkey/core'

const PEM = /-----BEGIN (PRIVATE|PUBLIC) KEY-----[^-]+-----END \1 KEY-----/g

/**
 * Prints the public halves of keys as a JWK Set, as `keyring.publicJwks()` gives them. Secrets have none and are left out.
 *
 * @param text A JWK, a list or a set of them, or keys in PEM form one after the other; private or public.
 * @param alg The algorithm of keys that do not name one.
 * @returns JSON with a line break at its end.
 * @throws {ConfigError} For what `createKeyring` refuses; `keys` for what is neither JSON nor PEM. The message holds nothing of the text.
 */
export async function toPublicJwks(text: string, alg: string | undefined): Promise<string> {
  const inputs = parseKeys(text).map((key) => {
    const named = typeof key === 'object' && key !== null ? (key as { readonly alg?: unknown }).alg : undefined
    const member = typeof key === 'string' ? { pem: key } : { jwk: key }
    return { alg: named ?? alg, state: 'accepted', ...member } as KeyInput
  })
  const ring = await createKeyring(inputs)
  return `${JSON.stringify(ring.publicJwks(), undefined, 2)}\n`
}

function parseKeys(text: string): readonly unknown[] {
  const pems = text.match(PEM)
  if (pems !== null) return pems
  try {
    const value: unknown = JSON.parse(text)
    if (Array.isArray(value)) return value
    const { keys } = Object(value) as { readonly keys?: unknown }
    return Array.isArray(keys) ? keys : [value]
  } catch {
    return []
  }
}
