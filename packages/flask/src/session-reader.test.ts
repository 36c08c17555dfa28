import { createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { deflateSync } from 'node:zlib'
import { createTestRuntime } from '@latchkey/testing'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { FlaskDigest } from './options.ts'
import { createFlaskSessionReader } from './session-reader.ts'

interface Vector {
  readonly name: string
  readonly cookie: string
  readonly json?: string
  readonly read: { readonly accepted: boolean }
}

const vectors = JSON.parse(readFileSync(new URL('../vectors/session-cookies.json', import.meta.url), 'utf8')) as {
  readonly secret: string
  readonly fallbacks: readonly string[]
  readonly now: number
  readonly cookies: readonly Vector[]
}
const runtime = createTestRuntime({ now: vectors.now * 1_000 + 999 })
const secretKeys = [vectors.secret, ...vectors.fallbacks]
const reader = createFlaskSessionReader({ secretKeys, runtime })

/** What Python's values are here, where JSON alone does not say it. */
const DATA: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ['bytes', { b: Uint8Array.from([0, 255, 254, ...Buffer.from('hello')]) }],
  ['datetime', { d: new Date('2024-02-29T12:34:56Z') }],
  ['tag_collision', { x: { ' t': [1] } }],
  ['tag_collision_top', { ' u': '12345678123456781234567812345678' }],
  ['flashes', {}],
])

/** Why a cookie that Flask refuses is refused here. */
const REFUSED: ReadonlyMap<string, string> = new Map([
  ['unknown_key', 'signature'],
  ['sha256', 'signature'],
  ['age_past_limit', 'expired'],
  ['from_the_future', 'not_yet_valid'],
  ['tampered_payload', 'signature'],
  ['no_dots', 'malformed'],
])

/** What Flask reads and this reader does not, and why. */
const STRICTER: ReadonlyMap<string, string> = new Map([['sig_junk', 'one cookie has one spelling']])

function sign(
  payload: string,
  { time = vectors.now, hash = 'sha1' }: { time?: number; hash?: FlaskDigest } = {},
): string {
  const stamp = Buffer.from(time.toString(16).padStart(8, '0'), 'hex').toString('base64url')
  const key = createHmac(hash, vectors.secret).update('cookie-session').digest()
  const signed = `${payload}.${stamp}`
  return `${signed}.${createHmac(hash, key).update(signed).digest('base64url')}`
}

const encode = (text: string): string => Buffer.from(text).toString('base64url')

describe('the cookies that Flask set', () => {
  it.each(vectors.cookies)('$name', async ({ name, cookie, json, read }) => {
    const reading = await reader.read(`session=${cookie}`)
    if (!read.accepted || STRICTER.has(name)) {
      expect(reading).toEqual({ status: 'refused', code: REFUSED.get(name) ?? 'malformed' })
      expect(read.accepted).toBe(STRICTER.has(name))
      return
    }
    const data = DATA.get(name) ?? (JSON.parse(json ?? '') as unknown)
    expect(reading).toMatchObject({ status: 'read', session: { signedAt: vectors.now * 1_000, permanent: false } })
    expect({ ...(reading.status === 'read' && reading.session.data) }).toEqual(data)
  })

  it('are all there', () => {
    expect(vectors.cookies).toHaveLength(20)
  })
})

describe('FlaskSessionReader.read()', () => {
  const codeOf = async (value: string): Promise<string> => {
    const reading = await reader.read(`a=1; session=${value}`)
    return reading.status === 'refused' ? reading.code : reading.status
  }

  it('tells no cookie from a bad one', async () => {
    expect(await reader.read(null)).toEqual({ status: 'none' })
    expect(await reader.read(undefined)).toEqual({ status: 'none' })
    expect(await reader.read('other=1; sessions=2')).toEqual({ status: 'none' })
    expect(await codeOf('')).toBe('malformed')
  })

  it('gives flashed messages and permanence apart from the values', async () => {
    const value = encode('{"_flashes":[{" t":["message","saved"]},{" t":[1]}],"_permanent":true,"cart":[1]}')
    const reading = await reader.read(`session=${sign(value)}`)
    expect(reading).toMatchObject({
      session: { permanent: true, flashes: [{ category: 'message', message: 'saved' }], data: { cart: [1] } },
    })
    expect(reading.status === 'read' && Object.keys(reading.session.data)).toEqual(['cart'])
  })

  it('judges the age to the second, both ways', async () => {
    const { now } = vectors
    const payload = encode('{}')
    expect(await codeOf(sign(payload, { time: now }))).toBe('read')
    expect(await codeOf(sign(payload, { time: now + 1 }))).toBe('not_yet_valid')
    expect(await codeOf(sign(payload, { time: now - 2_678_400 }))).toBe('read')
    expect(await codeOf(sign(payload, { time: now - 2_678_401 }))).toBe('expired')
  })

  it('opens nothing before the signature was checked', async () => {
    const bomb = `.${deflateSync(Buffer.alloc(1_000_000)).toString('base64url')}`
    expect(await codeOf(sign(bomb))).toBe('too_large')
    expect(await codeOf(`${sign(bomb).slice(0, -2)}AA`)).toMatch(/signature|malformed/)
    expect(await codeOf(sign('.AAAA'))).toBe('malformed')
    expect(await codeOf(sign(encode('[]')))).toBe('malformed')
    expect(await codeOf(sign('aab'))).toBe('malformed')
  })

  it('takes two different values for none', async () => {
    const [one, other] = [sign(encode('{"a":1}')), sign(encode('{"a":2}'))]
    expect(await reader.read(`session=${one}; session=${other}`)).toEqual({ status: 'refused', code: 'ambiguous' })
    expect(await reader.read(`session=${one}; session=${one}`)).toMatchObject({ status: 'read' })
  })

  it('reads what another interface signed, where it is told so', async () => {
    const { cookie = '' } = vectors.cookies.find(({ name }) => name === 'sha256') ?? {}
    const other = createFlaskSessionReader({ secretKeys, runtime, digest: 'sha256', name: 'app' })
    expect(await other.read(`app=${cookie}`)).toMatchObject({ session: { data: { user_id: 42 } } })
    expect(await other.read(`session=${cookie}`)).toEqual({ status: 'none' })
  })

  it('reports a clock that does not answer', async () => {
    const broken = createFlaskSessionReader({ secretKeys, runtime: { ...runtime, now: () => Number.NaN } })
    await expect(broken.read(`session=${sign(encode('{}'))}`)).rejects.toMatchObject({ code: 'ERR_UNAVAILABLE' })
  })

  it('reads no edit of a genuine cookie', async () => {
    const genuine = sign(encode('{"user_id":42}'))
    await fc.assert(
      fc.asyncProperty(fc.nat(genuine.length - 1), fc.string({ minLength: 1, maxLength: 1 }), async (at, character) => {
        fc.pre(genuine.charAt(at) !== character && !/[\s;]/.test(character))
        expect(await codeOf(genuine.slice(0, at) + character + genuine.slice(at + 1))).not.toBe('read')
      }),
    )
  })

  it('never throws, whatever is sent', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }), async (text) => {
        expect((await reader.read(`session=${text}`)).status).not.toBe('read')
      }),
    )
  })
})
