/**
 * Fixed secrets and keys. Public by their nature: for tests alone.
 *
 * @module
 */

import type { JsonWebKey } from 'node:crypto'
import type { KeyInput, Secrets } from '@latchkey/core'

/** Root secrets for `createAuth({ secrets })`. */
export const TEST_SECRETS: Secrets = Object.freeze({ 1: 'latchkey-test-secret:Zk3uQ9vXw7RtY2pLs8Ba' })

const HMAC_KEY = Uint8Array.from({ length: 32 }, (_, index) => (index * 37 + 11) % 256)

/** An Ed25519 key pair (RFC 8037 appendix A.1). */
const ED25519 = {
  kty: 'OKP',
  crv: 'Ed25519',
  d: 'nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A',
  x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo',
}

/** Keys for `createKeyring([TEST_KEYS.HS256])` and `createKeyring([TEST_KEYS.EdDSA])`; `mintAccessToken` signs with them. */
export const TEST_KEYS: { readonly HS256: KeyInput; readonly EdDSA: KeyInput } = Object.freeze({
  HS256: { kid: 'test-hs256', alg: 'HS256', state: 'active', secret: HMAC_KEY },
  EdDSA: { kid: 'test-eddsa', alg: 'EdDSA', state: 'active', jwk: ED25519 },
})

/** The same keys as `node:crypto` takes them. */
export const SIGNING_MATERIAL: { readonly HS256: Uint8Array; readonly EdDSA: JsonWebKey } = {
  HS256: HMAC_KEY,
  EdDSA: ED25519,
}
