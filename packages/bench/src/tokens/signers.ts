/**
 * Ways to sign an access token: ours, others', and the least that it takes.
 *
 * @module
 */

import { createHmac, createSecretKey, randomUUID } from 'node:crypto'
import { createSigner } from 'fast-jwt'
import { SignJWT } from 'jose'
import jsonwebtoken from 'jsonwebtoken'
import type { Subject } from '../measuring.ts'
import { AUDIENCE, createOurAuth, ISSUER, type KeyMaterial } from './verifiers.ts'

/** Signers with one HMAC key. Each must sign tokens that we take, and never the same one twice. */
export async function signingSubjects(material: KeyMaterial): Promise<readonly Subject[]> {
  const auth = await createOurAuth(material, false)
  const secret = Buffer.from(material.privateJwk.k ?? '', 'base64url')
  const key = createSecretKey(secret)
  const header = { alg: 'HS256', typ: 'at+jwt', kid: 'bench' } as const
  const claims = (): object => {
    const now = Math.floor(Date.now() / 1_000)
    return {
      iss: ISSUER,
      aud: AUDIENCE,
      sub: 'user-0',
      iat: now,
      exp: now + 600,
      jti: randomUUID(),
      scope: 'notes:read',
    }
  }
  const encodedHeader = Buffer.from(JSON.stringify(header)).toString('base64url')
  const fastJwt = createSigner({ key: secret, algorithm: 'HS256', header: { ...header } })
  const signers: readonly (readonly [string, Subject['role'], () => Promise<string> | string])[] = [
    ['latchkey', 'ours', () => auth.issueAccessToken('user-0', { scopes: ['notes:read'] })],
    [
      'node:crypto',
      'floor',
      () => {
        const signed = `${encodedHeader}.${Buffer.from(JSON.stringify(claims())).toString('base64url')}`
        return `${signed}.${createHmac('sha256', key).update(signed).digest('base64url')}`
      },
    ],
    ['jose', 'peer', () => new SignJWT({ ...claims() }).setProtectedHeader(header).sign(key)],
    ['fast-jwt', 'peer', () => fastJwt({ ...claims() })],
    ['jsonwebtoken', 'peer', () => jsonwebtoken.sign(claims(), key, { algorithm: 'HS256', header })],
  ]
  return signers.map(([name, role, run]) => ({
    name,
    role,
    run,
    async check() {
      const [one, other] = [await run(), await run()]
      if (one === other || !(await auth.verifyAccessToken(one)).ok) throw new Error(`${name} signs no good tokens`)
    },
  }))
}
