/**
 * Access tokens of any content, good and bad.
 *
 * @module
 */

import { createHmac, createPrivateKey, sign } from 'node:crypto'
import { SIGNING_MATERIAL } from './keys.ts'

/** What a token is minted from. Claims and header members that are undefined are left out. */
export interface MintOptions {
  /** Which of `TEST_KEYS` signs. Default `HS256`. */
  readonly alg?: 'HS256' | 'EdDSA'
  /** The time of issue, in epoch milliseconds; pass your runtime's `now()`. Default 1,800,000,000,000. */
  readonly now?: number
  /** Default `https://api.test`. */
  readonly issuer?: string
  /** Default `api`. */
  readonly audience?: string | readonly string[]
  /** Default `user-1`. */
  readonly subject?: string
  /** Seconds from issue to expiry; negative for a token that is expired from the start. Default 600. */
  readonly lifetime?: number
  /** More claims, or other ones in place of those above. */
  readonly claims?: Readonly<Record<string, unknown>>
  /** More header parameters, or other ones. */
  readonly header?: Readonly<Record<string, unknown>>
}

/**
 * Mints an access token, signed with a key of `TEST_KEYS`, whatever its claims and header say: nothing is checked, so
 * that a test can make the token that must be refused. `createAuth({ tokens: { keys: await createKeyring([TEST_KEYS.HS256]) } })`
 * trusts it.
 *
 * Synchronous and without randomness: the same options give the same token.
 */
export function mintAccessToken({
  alg = 'HS256',
  now = 1_800_000_000_000,
  issuer = 'https://api.test',
  audience = 'api',
  subject = 'user-1',
  lifetime = 600,
  claims = {},
  header = {},
}: MintOptions = {}): string {
  const iat = Math.floor(now / 1_000)
  const protectedHeader = { alg, typ: 'at+jwt', kid: `test-${alg.toLowerCase()}`, ...header }
  const allClaims = { iss: issuer, aud: audience, sub: subject, iat, exp: iat + lifetime, jti: 'test-token', ...claims }
  const input = [protectedHeader, allClaims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.')
  return `${input}.${signInput(alg, input)}`
}

function signInput(alg: 'HS256' | 'EdDSA', input: string): string {
  if (alg === 'HS256') return createHmac('sha256', SIGNING_MATERIAL.HS256).update(input).digest('base64url')
  const key = createPrivateKey({ key: SIGNING_MATERIAL.EdDSA, format: 'jwk' })
  return sign(null, Buffer.from(input), key).toString('base64url')
}
