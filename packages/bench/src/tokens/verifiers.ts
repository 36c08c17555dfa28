/**
 * Ways to verify an access token: ours, others', and the least that it takes.
 *
 * @module
 */

import {
  createHmac,
  createPublicKey,
  createSecretKey,
  timingSafeEqual,
  verify,
  type JsonWebKey,
  type KeyObject,
} from 'node:crypto'
import {
  createAuth,
  createKeyring,
  type Auth,
  type KeyAlgorithm,
  type RevocationStore,
  type VerifyResult,
} from '@latchkey/core'
import { createVerifier, TokenError } from 'fast-jwt'
import { errors as joseErrors, jwtVerify } from 'jose'
import jsonwebtoken from 'jsonwebtoken'

/** Gives the subject of a token; null when it is refused. */
export type Verifier = (token: string) => Promise<string | null> | string | null

/** Where tokens come from, and whom they are for. */
export const ISSUER = 'https://api.test'
export const AUDIENCE = 'api'

/** Text as a parser of HTTP makes it: not put together from parts, which whoever reads it first would have to join. */
export function toOwnText(text: string): string {
  return Buffer.from(text).toString('latin1')
}

/** A key pair, or a secret, as each library takes it. */
export interface KeyMaterial {
  readonly alg: KeyAlgorithm
  readonly privateJwk: JsonWebKey & { readonly kty: string }
  /** What verifies, made once: a raw buffer as key costs each call. */
  readonly verifying: KeyObject
}

/** The key material of a JWK. */
export function materialOf(alg: KeyAlgorithm, privateJwk: KeyMaterial['privateJwk']): KeyMaterial {
  const verifying = alg.startsWith('HS')
    ? createSecretKey(Buffer.from(privateJwk.k ?? '', 'base64url'))
    : createPublicKey({ key: privateJwk, format: 'jwk' })
  return { alg, privateJwk, verifying }
}

/** An application of ours with that key. */
export async function createOurAuth(
  { alg, privateJwk }: KeyMaterial,
  cache: boolean,
  revocations?: RevocationStore,
): Promise<Auth> {
  const keys = await createKeyring([{ kid: 'bench', alg, state: 'active', jwk: privateJwk }])
  const tokens = { issuer: ISSUER, audience: AUDIENCE, keys, ...(cache ? {} : { cache: false as const }) }
  return createAuth({ tokens, ...(revocations === undefined ? {} : { revocations: { store: revocations } }) })
}

/**
 * The call alone, which a handler awaits once: it answers with values, so that nothing has to be caught around it. `local` looks at a copy of
 * the revocations besides.
 */
export function ourCall(auth: Auth, authoritative: 'local' | false = false): (token: string) => Promise<VerifyResult> {
  return (token) => auth.verifyAccessToken(token, { authoritative })
}

/** The same as a verifier. */
export function ourVerifier(auth: Auth, authoritative: 'local' | false = false): Verifier {
  const call = ourCall(auth, authoritative)
  return async (token) => {
    const result = await call(token)
    return result.ok ? result.principal.subject : null
  }
}

/** jose, with its key imported once. */
export function joseVerifier({ alg, verifying }: KeyMaterial): Verifier {
  const options = { issuer: ISSUER, audience: AUDIENCE, algorithms: [alg], typ: 'at+jwt' }
  return async (token) => {
    try {
      return (await jwtVerify(token, verifying, options)).payload.sub ?? null
    } catch (error) {
      if (error instanceof joseErrors.JOSEError) return null
      throw error
    }
  }
}

/** jsonwebtoken. */
export function jsonwebtokenVerifier({ alg, verifying }: KeyMaterial): Verifier {
  const options = { issuer: ISSUER, audience: AUDIENCE, algorithms: [alg as jsonwebtoken.Algorithm] }
  return (token) => {
    try {
      return (jsonwebtoken.verify(token, verifying, options) as jsonwebtoken.JwtPayload).sub ?? null
    } catch (error) {
      if (error instanceof jsonwebtoken.JsonWebTokenError) return null
      throw error
    }
  }
}

/** fast-jwt, with its cache of verified tokens or without. */
export function fastJwtVerifier({ alg, verifying, privateJwk }: KeyMaterial, cache: boolean): Verifier {
  const key = alg.startsWith('HS')
    ? Buffer.from(privateJwk.k ?? '', 'base64url')
    : verifying.export({ format: 'pem', type: 'spki' }).toString()
  const check = createVerifier({
    key: key as string,
    cache,
    allowedIss: ISSUER,
    allowedAud: AUDIENCE,
    algorithms: [alg as never],
  })
  return (token) => {
    try {
      return (check(token) as { readonly sub: string }).sub
    } catch (error) {
      if (error instanceof TokenError) return null
      throw error
    }
  }
}

/** One HMAC and one parse: what no verifier can do without. */
export function hmacFloor({ verifying }: KeyMaterial): Verifier {
  return (token) => {
    const end = token.lastIndexOf('.')
    const mac = createHmac('sha256', verifying).update(token.slice(0, end)).digest()
    const given = Buffer.from(token.slice(end + 1), 'base64url')
    if (given.length !== mac.length || !timingSafeEqual(given, mac)) return null
    return subjectOf(token.slice(token.indexOf('.') + 1, end))
  }
}

/** One signature, checked off the main thread, and one parse. */
export function signatureFloor({ alg, verifying }: KeyMaterial): Verifier {
  const digest = alg === 'EdDSA' ? null : 'sha256'
  return (token) =>
    new Promise((resolve, reject) => {
      const end = token.lastIndexOf('.')
      const signature = Buffer.from(token.slice(end + 1), 'base64url')
      // Converting a pair of numbers here is several times cheaper than having OpenSSL do it.
      const given = alg === 'ES256' ? toDer(signature) : signature
      verify(digest, Buffer.from(token.slice(0, end)), verifying, given, (error, isGood) => {
        if (error !== null) reject(error)
        else resolve(isGood ? subjectOf(token.slice(token.indexOf('.') + 1, end)) : null)
      })
    })
}

/** Two numbers of 32 bytes as a sequence of two integers (X.690). */
function toDer(signature: Buffer): Buffer {
  const integers = [signature.subarray(0, 32), signature.subarray(32)].map((bytes) => {
    let start = 0
    while (start < 31 && bytes[start] === 0) start += 1
    const digits = bytes.subarray(start)
    const sign = (digits[0] ?? 0) >= 0x80 ? [0] : []
    return Buffer.from([0x02, digits.length + sign.length, ...sign, ...digits])
  })
  const body = Buffer.concat(integers)
  return Buffer.concat([Buffer.from([0x30, body.length]), body])
}

/** A token that was seen: its whole text in a map, the time, and whether it is alive. */
export function seenFloor(
  verifier: (token: string) => string | null,
  isAlive: (token: string, subject: string) => boolean = () => true,
): Verifier {
  const seen = new Map<string, { readonly subject: string; readonly until: number }>()
  return (token) => {
    const known = seen.get(token)
    if (known !== undefined && Date.now() < known.until && isAlive(token, known.subject)) return known.subject
    const subject = verifier(token)
    if (subject !== null) seen.set(token, { subject, until: Date.now() + 60_000 })
    return subject
  }
}

function subjectOf(payload: string): string | null {
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as {
    readonly iss: string
    readonly aud: string
    readonly exp: number
    readonly sub: string
  }
  return claims.iss === ISSUER && claims.aud === AUDIENCE && claims.exp * 1_000 > Date.now() ? claims.sub : null
}
