import { randomBytes } from 'node:crypto'
import { expect, it } from 'vitest'
import { forgeToken } from '../forgery.ts'
import {
  createOurAuth,
  fastJwtVerifier,
  hmacFloor,
  joseVerifier,
  jsonwebtokenVerifier,
  materialOf,
  ourVerifier,
  seenFloor,
} from './verifiers.ts'

it('the verifiers agree: a good token, a forged one, one of another key', async () => {
  const secret = (): ReturnType<typeof materialOf> =>
    materialOf('HS256', { kty: 'oct', k: randomBytes(32).toString('base64url') })
  const material = secret()
  const auth = await createOurAuth(material, true)
  const token = await auth.issueAccessToken('user-0')
  const other = await (await createOurAuth(secret(), true)).issueAccessToken('user-0')
  const verifiers = [
    ourVerifier(auth),
    joseVerifier(material),
    jsonwebtokenVerifier(material),
    fastJwtVerifier(material, false),
    fastJwtVerifier(material, true),
    hmacFloor(material),
    seenFloor(hmacFloor(material) as (text: string) => string | null),
  ]
  for (const verifier of verifiers) {
    const verdicts = await Promise.all([token, token, forgeToken(token), other].map(async (text) => verifier(text)))
    expect(verdicts).toEqual(['user-0', 'user-0', null, null])
  }
})
