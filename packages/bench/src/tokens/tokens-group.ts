/**
 * Access tokens: verifying and signing.
 *
 * @module
 */

import { generateKeyPairSync, randomBytes, type JsonWebKey } from 'node:crypto'
import { createMemoryRevocationStore, type Auth, type KeyAlgorithm } from '@latchkey/core'
import { forgeToken } from '../forgery.ts'
import { joinFindings, type Extent, type Group } from '../group.ts'
import { measureCase, type MeasuredCase, type Subject } from '../measuring.ts'
import { reportCases, type CaseGoal } from '../report.ts'
import { floodWithForgeries, reportFlood } from './forged-flood.ts'
import { signingSubjects } from './signers.ts'
import {
  createOurAuth,
  fastJwtVerifier,
  hmacFloor,
  joseVerifier,
  jsonwebtokenVerifier,
  materialOf,
  ourCall,
  ourVerifier,
  seenFloor,
  signatureFloor,
  toOwnText,
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
  about: `Tokens of RFC 9068 with issuer, audience, expiry, a subject, an id and one scope, each as text of its own, as a parser of HTTP makes it. *Cold*: ${TOKENS} different tokens in turn and no cache. *Seen before*: the same token again, as a new text, with the cache. Keys are imported once. Every verifier checks issuer, audience and expiry; ours checks the type, the id and the form of everything besides. A call that gives a promise is awaited once; what throws is called within a \`try\`. The floor is one HMAC by \`createHmac\`, or one signature off the main thread, and one \`JSON.parse\`, without a promise; ours makes its HMACs by \`hash\`, which is cheaper. *Revocations looked up*: with a copy of the revocations in the process (\`authoritative: 'local'\`), of 1,000 other tokens and as many other subjects; the peers have none. *A flood* is of forged tokens that all differ, once through each side in turns of a tenth; what it leaves behind is the heap after a collection, less that before.`,
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
  const forged = tokens.map((token) => toOwnText(forgeToken(token)))

  const verifying = (
    auth: Auth,
    fastJwt: Verifier,
    floor: Verifier,
    input: (index: number) => string,
    authoritative: 'local' | false = false,
  ): Subject[] => [
    ourSubject(auth, first, input, authoritative),
    verifyingSubject('node:crypto', 'floor', floor, first, input),
    verifyingSubject('jose', 'peer', joseVerifier(material), first, input),
    verifyingSubject('fast-jwt', 'peer', fastJwt, first, input),
    verifyingSubject('jsonwebtoken', 'peer', jsonwebtokenVerifier(material), first, input),
  ]
  const fresh = (index: number): string => tokens[index % TOKENS] as string
  const hmac = hmacFloor(material)
  const coldOnes = verifying(cold, fastJwtVerifier(material, false), hmac, fresh)
  // Another text each time, as a parser of HTTP makes it.
  const bytes = Buffer.from(first)
  const seen = seenFloor(hmac as (token: string) => string | null)
  const seenOnes = verifying(warm, fastJwtVerifier(material, true), seen, () => bytes.toString('latin1'))
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
  const lookedUpOnes = verifying(
    revocable,
    fastJwtVerifier(material, true),
    looksUp,
    () => bytes.toString('latin1'),
    'local',
  ).filter(({ name }) => name !== 'jsonwebtoken')
  const forgedOnes = verifying(
    warm,
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
      const subjects = [
        ourSubject(await createOurAuth(material, false), first, input),
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
  const tokens = await Promise.all(
    Array.from({ length: TOKENS }, (_, index) => auth.issueAccessToken(`user-${index}`, { scopes: ['notes:read'] })),
  )
  return tokens.map(toOwnText)
}

function ourSubject(
  auth: Auth,
  good: string,
  input: (index: number) => string,
  authoritative: 'local' | false = false,
): Subject {
  const call = ourCall(auth, authoritative)
  return {
    ...verifyingSubject('latchkey', 'ours', ourVerifier(auth, authoritative), good, input),
    run: (index) => call(input(index)),
  }
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
