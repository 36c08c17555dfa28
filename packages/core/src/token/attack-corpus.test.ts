import { createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { bindAccessTokens, type AccessTokens } from './access-token.ts'
import { resolveTokenOptions } from './options.ts'
import type { JsonWebKey } from './jwk.ts'
import type { KeyInput } from './key-input.ts'
import { createKeyring } from './keyring.ts'

interface Item {
  readonly id: string
  readonly slug: string
  readonly profile: string
  readonly description: string
  readonly token?: string
  readonly generator?: { readonly kind: string } & { readonly [parameter: string]: unknown }
  readonly expect: { readonly result: 'accept' | 'reject' | 'neutral'; readonly reason: string }
}

interface Corpus {
  readonly clock: number
  readonly policy: { readonly issuer: string; readonly audience: string; readonly maxTokenLifetime: number }
  readonly items: readonly Item[]
  readonly elsewhere: readonly { readonly slug: string; readonly profile: string }[]
}

interface Keys {
  readonly hs: { readonly k: string }
  readonly ed: { readonly pub: JsonWebKey }
  readonly es: { readonly pub: JsonWebKey }
  readonly rs: { readonly pub: JsonWebKey }
  readonly rs1024: { readonly pub: JsonWebKey }
}

function load(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`../../vectors/attack-corpus/${name}.json`, import.meta.url), 'utf8'))
}

const corpus = load('jwt') as Corpus
const keys = load('keys') as Keys
const SECRET = new Uint8Array(Buffer.from(keys.hs.k, 'base64url'))

/** Items that this part does not decide. They are never counted as passed. */
const NOT_APPLICABLE: ReadonlyMap<string, string> = new Map([
  ['jti-revoked', 'revocation is asked about by a route, after the token is verified'],
  ['sub-disabled', 'the user is asked about by a route, after the token is verified'],
  ['scope-substr', 'scopes are judged by a route, after the token is verified'],
  ['scope-case', 'scopes are judged by a route, after the token is verified'],
  ['claim-rolesstr', 'roles are a claim of the application'],
  ['claim-rolesobj', 'roles are a claim of the application'],
  ['jwe-ok', 'encrypted tokens are not offered'],
  ['jwe-jws-as-jwe', 'encrypted tokens are not offered, and signed ones are what is expected'],
])

/** Where items of the corpus run that are not in the file. */
const ELSEWHERE: ReadonlyMap<string, string> = new Map([
  ['jwks', 'remote-key-corpus.test.ts: each is a procedure with a server, and has no token'],
])

/** What the corpus leaves open, and what is decided. */
const NEUTRAL: ReadonlyMap<string, string> = new Map([
  ['weak-roca', 'refused as configuration'],
  ['b64-true', 'token_malformed'],
  ['x5c-validsig', 'ok'],
  ['x5t-mismatch', 'ok'],
])

/** The codes that serve the intent of a class of reasons. */
const CODES: Readonly<Record<string, readonly string[]>> = {
  valid: ['ok'],
  alg_not_allowed: ['token_algorithm'],
  audience: ['token_audience'],
  claim_missing: ['token_claim', 'token_issuer', 'token_audience'],
  claim_type: ['token_claim', 'token_audience'],
  claim_value: ['token_claim'],
  crit: ['token_malformed'],
  decrypt: ['token_malformed'],
  expired: ['token_expired'],
  issued_in_future: ['token_not_yet_valid'],
  issuer: ['token_issuer'],
  key: ['token_key'],
  malformed: ['token_malformed'],
  nesting: ['token_malformed'],
  not_yet_valid: ['token_not_yet_valid'],
  policy: ['token_malformed'],
  signature: ['token_signature'],
  size_limit: ['token_malformed'],
  type: ['token_type'],
}

/** Items whose code is another one than their class has, and why the intent is served. */
const OTHER_CODES: ReadonlyMap<string, string> = new Map(
  [
    // An empty signature is not of the compact form, so the algorithm is not reached.
    {
      code: 'token_malformed',
      slugs: ['none-0', 'none-2', 'none-4', 'none-5', 'none-7', 'none-8', 'none-9', 'none-10'],
    },
    { code: 'token_malformed', slugs: ['none-hs-profile', 'alg-constructor', 'alg-hasOwnProperty', 'alg-valueOf'] },
    { code: 'token_malformed', slugs: ['sig-empty-rs', 'sig-empty-hs', 'sig-empty-ed'] },
    // The key of that id is found, and is bound to another algorithm.
    { code: 'token_algorithm', slugs: ['kid-cross', 'kid-cross-hs'] },
    // Five segments are no signed token, so the algorithm is not reached.
    { code: 'token_malformed', slugs: ['jwe-p2c-HS256', 'jwe-rsa15', 'jwe-encnone', 'jwe-ecdh-offcurve'] },
    // The key id that was put into the header is not in the ring.
    { code: 'token_key', slugs: ['header-swapped'] },
    // Strict JSON refuses these before any claim is looked at.
    { code: 'token_malformed', slugs: ['pl-lonesurr', 'proto-hdr', 'proto-required', 'exp-1e400', 'exp-neg1e400'] },
    // A parameter that must be a string.
    { code: 'token_malformed', slugs: ['typ-null'] },
    // A claim like any other says that the token is bound to its sender.
    { code: 'token_claim', slugs: ['kind-cnf', 'kind-cnf-x5t'] },
    // A limit on one claim, and a date out of range.
    { code: 'token_claim', slugs: ['sub-val-long', 'exp-negative'] },
    // In this item nbf equals exp, which never becomes valid.
    { code: 'token_claim', slugs: ['nbf-future'] },
  ].flatMap(({ code, slugs }) => slugs.map((slug) => [slug, code] as const)),
)

const policy = resolveTokenOptions({
  issuer: corpus.policy.issuer,
  audience: corpus.policy.audience,
  maxLifetime: corpus.policy.maxTokenLifetime,
  clientId: 'web',
})
const runtime = {
  now: () => corpus.clock * 1_000,
  startTimer: () => () => {},
  randomBytes: (length: number) => new Uint8Array(length),
}

async function createVerifier(...inputs: readonly KeyInput[]): Promise<AccessTokens> {
  const ring = await createKeyring(inputs)
  return bindAccessTokens(policy, () => ring, runtime)
}

const HS: KeyInput = { kid: 'hs-1', alg: 'HS256', state: 'active', secret: SECRET }
const RS: KeyInput = { kid: 'rs-1', alg: 'RS256', state: 'accepted', jwk: keys.rs.pub }

/** One verifier for each profile. All fourteen algorithms are offered; a profile has the keys that it names and no others. */
const verifiers: Readonly<Record<string, AccessTokens>> = {
  hs: await createVerifier(HS),
  'hs-keyset': await createVerifier(HS),
  mixed: await createVerifier(HS, RS),
  rs: await createVerifier(RS),
  ps: await createVerifier({ kid: 'ps-1', alg: 'PS256', jwk: keys.rs.pub }),
  es: await createVerifier({ kid: 'es-1', alg: 'ES256', jwk: keys.es.pub }),
  ed: await createVerifier({ kid: 'ed-1', alg: 'EdDSA', jwk: keys.ed.pub }),
  // A verifier of signed tokens, which encrypted ones are presented to.
  'jwe-dir': await createVerifier(HS, RS),
}

function sign(input: string): string {
  return `${input}.${createHmac('sha256', SECRET).update(input).digest('base64url')}`
}

function encode(text: string): string {
  return Buffer.from(text).toString('base64url')
}

function generate(item: Item): unknown {
  const { kind, ...given } = item.generator ?? { kind: item.slug }
  const parameter = (name: string): number => Number(given[name])
  const header = { alg: 'HS256', typ: 'at+jwt', kid: 'hs-1' }
  const claims = {
    iss: corpus.policy.issuer,
    aud: corpus.policy.audience,
    sub: 'user-1',
    client_id: 'web',
    iat: corpus.clock - 10,
    exp: corpus.clock + 300,
    jti: 'jti-1',
  }
  const withClaims = (text: string): string => sign(`${encode(JSON.stringify(header))}.${encode(text)}`)
  const open = JSON.stringify(claims).slice(0, -1)
  switch (kind) {
    case 'claim_string':
      return withClaims(JSON.stringify({ ...claims, [String(given['claim'])]: 'a'.repeat(parameter('bytes')) }))
    case 'header_string':
      return sign(
        `${encode(JSON.stringify({ ...header, [String(given['member'])]: 'a'.repeat(parameter('bytes')) }))}.${encode(JSON.stringify(claims))}`,
      )
    case 'sig_bytes':
      return withClaims(JSON.stringify(claims)).replace(
        /[^.]+$/u,
        Buffer.alloc(parameter('bytes'), 1).toString('base64url'),
      )
    case 'repeat':
      return String(given['text']).repeat(parameter('count'))
    case 'header_nest':
      return sign(
        `${encode(`${JSON.stringify(header).slice(0, -1)},"x":${'['.repeat(parameter('depth'))}${']'.repeat(parameter('depth'))}}`)}.${encode(JSON.stringify(claims))}`,
      )
    case 'payload_nest':
      return withClaims(`${open},"x":${'{"a":'.repeat(parameter('depth'))}1${'}'.repeat(parameter('depth'))}}`)
    case 'payload_members':
      return withClaims(
        `${open},${Array.from({ length: parameter('count') }, (_, index) => `"m${index}":0`).join(',')}}`,
      )
    case 'claim_raw_number':
      return withClaims(
        `${JSON.stringify({ ...claims, exp: undefined }).slice(0, -1)},"exp":${'9'.repeat(parameter('digits'))}}`,
      )
    case 'type-undefined':
      return undefined
    case 'type-null':
      return null
    case 'type-number':
      return 1
    case 'type-array':
      return [withClaims(JSON.stringify(claims))]
    case 'type-buffer':
      return Buffer.from(withClaims(JSON.stringify(claims)))
    case 'type-stringobject':
      return Object(withClaims(JSON.stringify(claims)))
    case 'type-tostring':
      return { toString: () => withClaims(JSON.stringify(claims)) }
    case 'type-symbol':
      return Symbol('token')
    default:
      throw new Error(`No way to build ${item.slug}`)
  }
}

const CONFIGURED = ['hs-any', 'rs-any']
const applicable = corpus.items.filter(({ slug }) => !NOT_APPLICABLE.has(slug))
const verified = applicable.filter(({ profile }) => !CONFIGURED.includes(profile))

describe('the attack corpus', () => {
  it('is complete: every item runs or is not applicable for a stated reason', () => {
    const slugs = new Set(corpus.items.map(({ slug }) => slug))
    expect(
      [...NOT_APPLICABLE.keys(), ...NEUTRAL.keys(), ...OTHER_CODES.keys()].filter((slug) => !slugs.has(slug)),
    ).toEqual([])
    expect(corpus.elsewhere.filter(({ profile }) => !ELSEWHERE.has(profile))).toEqual([])
    expect(
      corpus.items
        .filter((item) => item.expect.result === 'neutral' && !NOT_APPLICABLE.has(item.slug))
        .map(({ slug }) => slug),
    ).toEqual([...NEUTRAL.keys()])
    expect({ all: corpus.items.length + corpus.elsewhere.length, run: applicable.length }).toEqual({
      all: 329,
      run: 308,
    })
  })

  it.each(verified)('$slug: $expect.result $description', async (item) => {
    // What is generated is signed with the HMAC key.
    const verifier = item.token === undefined ? verifiers['hs'] : verifiers[item.profile]
    const result = (await verifier?.verify(item.token ?? generate(item))) ?? { ok: false, code: 'no verifier' }
    const code = result.ok ? 'ok' : result.code
    if (item.expect.result !== 'neutral') expect(result.ok ? 'accept' : 'reject').toBe(item.expect.result)
    const pinned = NEUTRAL.get(item.slug) ?? OTHER_CODES.get(item.slug)
    expect(pinned === undefined ? CODES[item.expect.reason] : [pinned]).toContain(code)
    expect('isAdmin' in {}).toBe(false)
  })

  it.each(applicable.filter(({ profile }) => profile === 'hs-any'))(
    '$slug: refused as configuration',
    async ({ slug }) => {
      const text = slug === 'weak-31' ? undefined : slug.replace(/^weak-/u, '').replace(/^empty$/u, '')
      const secret = text === undefined ? SECRET.subarray(0, 31) : new Uint8Array(Buffer.from(text))
      await expect(createKeyring([{ kid: 'hs-1', alg: 'HS256', secret }])).rejects.toMatchObject({ code: 'ERR_CONFIG' })
    },
  )

  it.each(applicable.filter(({ profile }) => profile === 'rs-any'))(
    '$slug: refused as configuration',
    async ({ slug }) => {
      const jwk = slug === 'weak-rsa1024' ? keys.rs1024.pub : rocaKey()
      await expect(createKeyring([{ kid: 'rs-1', alg: 'RS256', jwk }])).rejects.toMatchObject({
        code: 'ERR_CONFIG',
        option: 'keys[0].jwk.n',
      })
    },
  )
})

/** The key of Wycheproof json_web_key_test 7. */
function rocaKey(): JsonWebKey {
  const { testGroups } = JSON.parse(
    readFileSync(new URL('../../vectors/wycheproof/json_web_key.json', import.meta.url), 'utf8'),
  ) as { testGroups: readonly { comment: string; key: { keys?: readonly { kty: string; n: string; e: string }[] } }[] }
  const key = testGroups.find(({ comment }) => comment === 'jws_rsa_roca_key')?.key.keys?.[0]
  if (key === undefined) throw new Error('The vectors have no such key')
  const { kty, n, e } = key
  return { kty, n, e }
}
