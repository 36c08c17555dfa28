import { createHmac, createPublicKey, verify } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { createAccessTokens, resolveTokenOptions, type AccessTokens } from './access-token.ts'
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
  readonly ed: { readonly pub: { readonly kty: string; readonly crv: string; readonly x: string } }
  readonly rs: { readonly pub: { readonly kty: string; readonly n: string; readonly e: string } }
}

function load(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`../../vectors/attack-corpus/${name}.json`, import.meta.url), 'utf8'))
}

const corpus = load('jwt') as Corpus
const keys = load('keys') as Keys
const RSA_KEY = createPublicKey({ key: keys.rs.pub, format: 'jwk' })
const SECRET = new Uint8Array(Buffer.from(keys.hs.k, 'base64url'))

/** Items that this package does not decide. They are never counted as passed. */
const NOT_APPLICABLE: ReadonlyMap<string, string> = new Map([
  ['jti-revoked', 'there is no list of revoked tokens'],
  ['sub-disabled', 'verifying asks no store for the subject'],
  ['scope-substr', 'scopes are judged by a route, after the token is verified'],
  ['scope-case', 'scopes are judged by a route, after the token is verified'],
  ['claim-rolesstr', 'roles are a claim of the application'],
  ['claim-rolesobj', 'roles are a claim of the application'],
  ['conf-alg-lie', 'RS256 is not offered: the item is a PSS signature under its name'],
  ['conf-rs-384', 'RS256 and RS384 are not offered'],
  ['rs-sig-zero', 'RS256 is not offered: the item is an RSA number'],
  ['rs-sig-one', 'RS256 is not offered: the item is an RSA number'],
  ['rs-sig-modulus', 'RS256 is not offered: the item is an RSA number'],
  ['rs-sig-long', 'RS256 is not offered: the item is an RSA number'],
  ['weak-rsa1024', 'RSA keys are not offered'],
  ['weak-roca', 'RSA keys are not offered'],
  ['kid-cross', 'RS256 is not offered; access-token.test.ts crosses an HMAC and an Ed25519 key'],
  ['kid-cross-hs', 'RS256 is not offered; access-token.test.ts crosses an HMAC and an Ed25519 key'],
  ['jwe-as-jws', 'encrypted tokens are not offered; five segments are refused in jws.test.ts'],
])

/** Why items of the corpus that are not in the file are not applicable. */
const ELSEWHERE: ReadonlyMap<string, string> = new Map([
  ['es', 'ES256 is not offered'],
  ['ps', 'PS256 is not offered'],
  ['jwe-dir', 'encrypted tokens are not offered'],
  ['jwks', 'key sets from a URL are not offered'],
])

/** What the corpus leaves open, and what is decided. */
const NEUTRAL: ReadonlyMap<string, string> = new Map([
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
  expired: ['token_expired'],
  issued_in_future: ['token_not_yet_valid'],
  issuer: ['token_issuer'],
  key: ['token_key'],
  malformed: ['token_malformed'],
  nesting: ['token_malformed'],
  not_yet_valid: ['token_not_yet_valid'],
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
    // With an HMAC key, HS256 is the right algorithm, and the MAC is made with another secret.
    {
      code: 'token_signature',
      slugs: ['pem', 'pem-crlf', 'pem-leading-nl', 'pem-leading-space'].map((form) => `conf-rs-hs-${form}`),
    },
    {
      code: 'token_signature',
      slugs: ['pem-bom', 'pem-comment', 'pkcs1', 'der', 'jwk-json'].map((form) => `conf-rs-hs-${form}`),
    },
    { code: 'token_signature', slugs: ['jwk-json-kid', 'jwk-n', 'jwk-n-bytes'].map((form) => `conf-rs-hs-${form}`) },
    { code: 'token_signature', slugs: ['empty', 'undefined', 'null'].map((form) => `conf-rs-hs-${form}`) },
    { code: 'token_signature', slugs: ['jwk-oct'] },
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

async function createVerifier(input: KeyInput): Promise<AccessTokens> {
  const ring = await createKeyring([input])
  return createAccessTokens(policy, () => ring, runtime)
}

const verifiers = {
  hs: await createVerifier({ kid: 'hs-1', alg: 'HS256', secret: SECRET }),
  ed: await createVerifier({ kid: 'ed-1', alg: 'EdDSA', jwk: keys.ed.pub }),
  edFullySpecified: await createVerifier({ kid: 'ed-1', alg: 'Ed25519', jwk: keys.ed.pub }),
}

function sign(input: string): string {
  return `${input}.${createHmac('sha256', SECRET).update(input).digest('base64url')}`
}

function encode(text: string): string {
  return Buffer.from(text).toString('base64url')
}

/**
 * Turns an item for an RSA key into the same attack on an HMAC key: in the header, `RS256` becomes `HS256` and the key id is that of
 * the HMAC key. Where the RSA signature holds over the item's own text, whatever the text, it is made anew, and characters that
 * do not belong into it are put at its end; else it stays.
 */
function rekey(token: string): string {
  const dot = token.lastIndexOf('.')
  const [input, signature] = [token.slice(0, dot), token.slice(dot + 1)]
  const [header = '', ...rest] = input.split('.')
  const [, segment = '', tail = ''] = /^([A-Za-z0-9_-]*)(.*)$/su.exec(header) ?? []
  const original = Buffer.from(segment, 'base64url').toString('latin1')
  const changed = original.replaceAll('"RS256"', '"HS256"').replaceAll('"rs-1"', '"hs-1"')
  const rekeyed = changed === original ? segment : Buffer.from(changed, 'latin1').toString('base64url')
  const text = [rekeyed + tail, ...rest].join('.')
  const held = verify('sha256', Buffer.from(input), RSA_KEY, Buffer.from(signature, 'base64url'))
  return held ? sign(text) + signature.replaceAll(/[A-Za-z0-9_-]/gu, '') : `${text}.${signature}`
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

function verifierOf(item: Item): AccessTokens {
  if (item.profile !== 'ed') return verifiers.hs
  // One key, one name of the scheme: the item with the fully specified name needs a key of that name.
  return item.slug === 'ok-ed-fs' ? verifiers.edFullySpecified : verifiers.ed
}

const applicable = corpus.items.filter(({ slug }) => !NOT_APPLICABLE.has(slug))
const verified = applicable.filter(({ profile }) => profile !== 'hs-any')

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
      run: 276,
    })
  })

  it.each(verified)('$slug: $expect.result $description', async (item) => {
    const token = item.token === undefined ? generate(item) : item.profile === 'rs' ? rekey(item.token) : item.token
    const result = await verifierOf(item).verify(token)
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
})
