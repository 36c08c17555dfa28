/**
 * Access tokens: verifying and signing.
 *
 * @module
 */

import { createHmac, createSecretKey, generateKeyPairSync, randomBytes, randomUUID, type JsonWebKey } from 'node:crypto'
import { createMemoryRevocationStore, type KeyAlgorithm } from '@latchkey/core'
import { createSigner } from 'fast-jwt'
import { SignJWT } from 'jose'
import jsonwebtoken from 'jsonwebtoken'
import { forgeToken } from '../forgery.ts'
import { joinFindings, type Extent, type Group } from '../group.ts'
import { measureCase, type MeasuredCase, type Subject } from '../measuring.ts'
import { reportCases, type CaseGoal } from '../report.ts'
import { floodWithForgeries, reportFlood } from './forged-flood.ts'
import {
  AUDIENCE,
  createOurAuth,
  fastJwtVerifier,
  hmacFloor,
  ISSUER,
  joseVerifier,
  jsonwebtokenVerifier,
  materialOf,
  ourVerifier,
  seenFloor,
  signatureFloor,
  type KeyMaterial,
  type Verifier,
} from './verifiers.ts'

/** So many different tokens are verified in turn, so that none is found in a cache that is not meant. */
const TOKENS = 2_000

/** So many tokens of others are revoked, and as many subjects, where revocations are looked up. */
const REVOKED = 1_000

/** So many forged tokens are sent, each one another. */
const FLOODS: Readonly<Record<Extent, number>> = { smoke: 1_000, normal: 100_000, full: 100_000 }

type Planned = readonly [MeasuredCase, CaseGoal | undefined]

/** The group. */
export const tokensGroup: Group = {
  name: 'tokens',
  about: `Tokens of RFC 9068 with issuer, audience, expiry, a subject, an id and one scope. *Cold*: ${TOKENS} different tokens in turn and no cache. *Seen before*: the same token again, as a new text, with the cache. Keys are imported once. Every verifier checks issuer, audience and expiry; ours checks the type, the id and the form of everything besides. The floor is one HMAC, or one signature off the main thread, and one \`JSON.parse\`. *Revocations looked up*: with a copy of the revocations in the process (\`authoritative: 'local'\`), of 1,000 other tokens and as many other subjects; the peers have none. *A flood* is of forged tokens that all differ, once through each side in turns of a tenth; what it leaves behind is the heap after a collection, less that before.`,
  async run({ effort, extent, progress }) {
    const planned = [...(await planHmac()), ...(await planAsymmetric())]
    const cases = []
    for (const [measured, goal] of planned) {
      progress(measured.name)
      const figures = await measureCase(measured, effort)
      cases.push({ figures, ...(goal === undefined ? {} : { goal }) })
    }
    progress('a flood of forged tokens')
    const flood = await floodWithForgeries(FLOODS[extent])
    return joinFindings([reportCases('tokens', 'Access tokens', cases), reportFlood(flood)])
  },
}

async function planHmac(): Promise<readonly Planned[]> {
  const material = materialOf('HS256', { kty: 'oct', k: randomBytes(32).toString('base64url') })
  const cold = await createOurAuth(material, false)
  const warm = await createOurAuth(material, true)
  const tokens = await mint(material)
  const [first = ''] = tokens
  const forged = tokens.map(forgeToken)

  const verifying = (
    ours: Verifier,
    fastJwt: Verifier,
    floor: Verifier,
    input: (index: number) => string,
  ): Subject[] => [
    verifyingSubject('latchkey', 'ours', ours, first, input),
    verifyingSubject('node:crypto', 'floor', floor, first, input),
    verifyingSubject('jose', 'peer', joseVerifier(material), first, input),
    verifyingSubject('fast-jwt', 'peer', fastJwt, first, input),
    verifyingSubject('jsonwebtoken', 'peer', jsonwebtokenVerifier(material), first, input),
  ]
  const fresh = (index: number): string => tokens[index % TOKENS] as string
  const hmac = hmacFloor(material)
  const coldOnes = verifying(ourVerifier(cold), fastJwtVerifier(material, false), hmac, fresh)
  // Another text each time, as a parser of HTTP makes it.
  const bytes = Buffer.from(first)
  const seen = seenFloor(hmac as (token: string) => string | null)
  const seenOnes = verifying(ourVerifier(warm), fastJwtVerifier(material, true), seen, () => bytes.toString('latin1'))
  // Tokens of others that were revoked, and a subject whose epoch has risen, on both sides.
  const revocations = createMemoryRevocationStore()
  const denied = new Set<string>()
  const epochs = new Map<string, number>()
  for (let index = 0; index < REVOKED; index += 1) {
    const call = { now: Date.now() }
    await revocations.revoke({ id: `token-${index}`, subject: `gone-${index}` }, call.now + 600_000, call)
    await revocations.revokeAllForSubject(`gone-${index}`, {}, call)
    denied.add(`token-${index}`)
    epochs.set(`gone-${index}`, call.now)
  }
  const revocable = await createOurAuth(material, true, revocations)
  const looksUp = seenFloor(
    hmac as (token: string) => string | null,
    (token, subject) => !denied.has(token) && (epochs.get(subject) ?? 0) <= 0,
  )
  const lookedUpOnes = verifying(ourVerifier(revocable, 'local'), fastJwtVerifier(material, true), looksUp, () =>
    bytes.toString('latin1'),
  ).filter(({ name }) => name !== 'jsonwebtoken')
  const forgedOnes = verifying(
    ourVerifier(warm),
    fastJwtVerifier(material, false),
    hmac,
    (index) => forged[index % TOKENS] as string,
  )
  const signing = await signingSubjects(material)
  return [
    [
      { name: 'HS256 verify, cold', subjects: coldOnes },
      { words: '<= 1.3x floor, <= 1/8 jose, <= fast-jwt', floor: 1.3, peers: { jose: 1 / 8, 'fast-jwt': 1 } },
    ],
    [
      { name: 'HS256 verify, cold, 100 in flight', subjects: coldOnes, inFlight: 100 },
      { words: '<= 1/6 jose', peers: { jose: 1 / 6 } },
    ],
    [
      { name: 'HS256 verify, seen before', subjects: seenOnes },
      { words: '<= 1.5x floor, <= 1/3 fast-jwt, <= 1/80 jose', floor: 1.5, peers: { 'fast-jwt': 1 / 3, jose: 1 / 80 } },
    ],
    [
      { name: 'HS256 verify, seen before, revocations looked up', subjects: lookedUpOnes },
      { words: '<= 1.5x floor, <= 1/3 fast-jwt, <= 1/80 jose', floor: 1.5, peers: { 'fast-jwt': 1 / 3, jose: 1 / 80 } },
    ],
    [
      { name: 'HS256 verify, forged', subjects: forgedOnes },
      { words: '<= 1.5x floor', floor: 1.5 },
    ],
    [
      { name: 'HS256 sign', subjects: signing },
      { words: '<= 1.3x floor, <= 1/10 jose, <= fast-jwt', floor: 1.3, peers: { jose: 0.1, 'fast-jwt': 1 } },
    ],
    [
      { name: 'HS256 sign, 100 in flight', subjects: signing, inFlight: 100 },
      { words: '<= 1/7 jose', peers: { jose: 1 / 7 } },
    ],
  ]
}

async function planAsymmetric(): Promise<readonly Planned[]> {
  const pairs: readonly (readonly [
    KeyAlgorithm,
    () => { readonly privateKey: { export(options: { format: 'jwk' }): JsonWebKey } },
    number,
  ])[] = [
    ['ES256', () => generateKeyPairSync('ec', { namedCurve: 'P-256' }), 0.4],
    ['EdDSA', () => generateKeyPairSync('ed25519'), 0.8],
    ['RS256', () => generateKeyPairSync('rsa', { modulusLength: 2048 }), 0.5],
  ]
  return Promise.all(
    pairs.map(async ([alg, generate, part]): Promise<Planned> => {
      const material = materialOf(alg, generate().privateKey.export({ format: 'jwk' }) as KeyMaterial['privateJwk'])
      const tokens = await mint(material)
      const [first = ''] = tokens
      const input = (index: number): string => tokens[index % TOKENS] as string
      const ours = ourVerifier(await createOurAuth(material, false))
      const subjects = [
        verifyingSubject('latchkey', 'ours', ours, first, input),
        verifyingSubject('node:crypto, callback', 'floor', signatureFloor(material), first, input),
        verifyingSubject('jose', 'peer', joseVerifier(material), first, input),
      ]
      return [
        { name: `${alg} verify, cold, 100 in flight`, subjects, inFlight: 100 },
        { words: `<= 1.5x floor, <= ${part}x jose`, floor: 1.5, peers: { jose: part } },
      ]
    }),
  )
}

async function mint(material: KeyMaterial): Promise<readonly string[]> {
  const auth = await createOurAuth(material, false)
  return Promise.all(
    Array.from({ length: TOKENS }, (_, index) => auth.issueAccessToken(`user-${index}`, { scopes: ['notes:read'] })),
  )
}

function verifyingSubject(
  name: string,
  role: Subject['role'],
  verifier: Verifier,
  good: string,
  input: (index: number) => string,
): Subject {
  return {
    name,
    role,
    run: (index) => verifier(input(index)),
    async check() {
      if ((await verifier(good)) !== 'user-0') throw new Error(`${name} refuses a good token`)
      if ((await verifier(forgeToken(good))) !== null) throw new Error(`${name} takes a forged token`)
    },
  }
}

async function signingSubjects(material: KeyMaterial): Promise<readonly Subject[]> {
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
