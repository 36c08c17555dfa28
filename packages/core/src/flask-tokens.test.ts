import { readFileSync } from 'node:fs'
import { createTestRequest, createTestRuntime } from '@latchkey/testing'
import { describe, expect, it } from 'vitest'
import { createAuth } from './auth.ts'
import { createEffects } from './http/effects.ts'
import type { KeyAlgorithm } from './token/algorithm.ts'
import type { KeyInput } from './token/key-input.ts'
import { createKeyring } from './token/keyring.ts'
import type { Keyring } from './token/token-key.ts'

interface Vector {
  readonly name: string
  readonly note: string
  readonly token: string
  readonly config: {
    readonly JWT_SECRET_KEY: string
    readonly JWT_PUBLIC_KEY?: string
    readonly JWT_ALGORITHM?: KeyAlgorithm
    readonly JWT_DECODE_ALGORITHMS?: readonly KeyAlgorithm[]
    readonly JWT_DECODE_AUDIENCE?: readonly string[]
    readonly JWT_DECODE_ISSUER?: string
  }
  readonly expect: { readonly endpoint: 'default' | 'refresh'; readonly status: number; readonly body: unknown }
}

const vectors = JSON.parse(readFileSync(new URL('../vectors/flask/tokens.json', import.meta.url), 'utf8')) as {
  readonly minted_at: number
  readonly tokens: readonly Vector[]
}

/** What that library admits and this one does not, and why. */
const STRICTER: ReadonlyMap<string, string> = new Map([
  ['custom_type', 'a type is "access" or "refresh": a token made for something else opens nothing here'],
  ['never_expires', 'every token expires'],
  ['exp_string', 'a date is a number (RFC 7519 section 2)'],
  ['identity_list', 'a subject is text (RFC 7519 section 4.1.2)'],
  ['identity_empty', 'an empty subject is what is left of a lost one'],
  ['foreign_minimal', 'iat, exp, jti and type are required'],
  ['foreign_no_typ', 'iat, exp, jti and type are required'],
  ['foreign_dotted_payload', 'a token has three segments'],
  ['sig_junk', 'one token has one spelling'],
])

function keyOf({ config, token }: Vector): KeyInput {
  const { JWT_SECRET_KEY: secret, JWT_PUBLIC_KEY: pem, JWT_ALGORITHM = 'HS256', JWT_DECODE_ALGORITHMS } = config
  // A key has one algorithm; that library lets one secret have several.
  const named = JWT_DECODE_ALGORITHMS?.find((alg) => alg === headerOf(token).alg)
  const ground = { kid: headerOf(token).kid ?? 'flask', alg: named ?? JWT_ALGORITHM }
  return pem === undefined ? { ...ground, secret: new TextEncoder().encode(secret) } : { ...ground, pem }
}

function headerOf(token: string): { readonly alg?: KeyAlgorithm; readonly kid?: string } {
  try {
    const header = JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()) as { kid?: unknown }
    return typeof header.kid === 'number' ? { ...header, kid: undefined as never } : (header as object)
  } catch {
    return {}
  }
}

/** The vector whose key is refused, as 43 bytes are too short for HS512 (RFC 7518 section 3.2). */
const WEAK_KEY = 'alg_extra_allowed'

/** Verifies as a request would, and gives the answer. */
async function answer(vector: Vector, keys: Keyring): Promise<{ readonly status: number; readonly body: unknown }> {
  const { JWT_DECODE_AUDIENCE: audience = null, JWT_DECODE_ISSUER: issuer = null } = vector.config
  const runtime = createTestRuntime({ now: vectors.minted_at * 1_000 })
  const unnamedKey = keyOf(vector).kid ?? ''
  const auth = createAuth({ tokens: { profile: 'flaskJwtExtended', issuer, audience, keys, unnamedKey }, runtime })
  const request = createTestRequest({ headers: { authorization: `Bearer ${vector.token}` } })
  const context = auth.open(request, createEffects())
  const denial = await auth.guard(vector.expect.endpoint === 'refresh' ? { refresh: true } : {})(context)
  return denial ?? { status: 200, body: { ok: true, identity: context.principal.subject } }
}

describe('the tokens that Flask-JWT-Extended issued', () => {
  it.each(vectors.tokens)('$name: $note', async (vector) => {
    const keyring = createKeyring([keyOf(vector)])
    if (vector.name === WEAK_KEY) return expect(keyring).rejects.toMatchObject({ option: 'keys[0].secret' })
    const keys = await keyring
    const { status, body } = await answer(vector, keys)
    if (STRICTER.has(vector.name)) {
      expect(vector.expect.status).toBe(200)
      expect(status).toBe(422)
      return
    }
    expect(status).toBe(vector.expect.status)
    if (status === 422) expect(body).toEqual({ msg: expect.any(String) as string })
    else expect(body).toEqual(vector.expect.body)
  })

  it('differ in the verdict where the list says so, and nowhere else', () => {
    const names = new Set(vectors.tokens.map(({ name }) => name))
    expect([...STRICTER.keys()].filter((name) => !names.has(name))).toEqual([])
    expect(vectors.tokens).toHaveLength(40)
  })
})
