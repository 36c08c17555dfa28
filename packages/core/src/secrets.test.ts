import { createHmac, hkdfSync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { inspect } from 'node:util'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ConfigError, UsageError } from './faults.ts'
import { createRootSecrets, type RootSecrets } from './secrets.ts'

const SECRET = 'q9fT2mXz7LbR4wYh0KdVnCs5uJgPaE8iBo1xQ3tHv6I='
const OTHER = 'Zk3uQ9vXw7RtY2pLs8BaM1nHdGf5CjT0oEiKxVb4Wq6='
const BYTES = Uint8Array.from({ length: 32 }, (_, index) => (index * 37 + 11) % 256)

interface HkdfTest {
  readonly tcId: number
  readonly ikm: string
  readonly info: string
  readonly size: number
  readonly okm: string
}

const HKDF_TESTS = (
  JSON.parse(readFileSync(new URL('../vectors/wycheproof/hkdf_sha256_empty_salt.json', import.meta.url), 'utf8')) as {
    tests: readonly HkdfTest[]
  }
).tests

function optionOf(secrets: unknown, signWith?: unknown): string {
  try {
    createRootSecrets(secrets, signWith)
  } catch (error) {
    if (error instanceof ConfigError) return error.option
    throw error
  }
  return 'none'
}

function messageOf(secrets: unknown): string {
  try {
    createRootSecrets(secrets)
  } catch (error) {
    return (error as Error).message
  }
  return ''
}

/** HKDF-SHA-256 with an empty salt, written out from RFC 5869 section 2. */
function hkdf(material: Uint8Array | string, info: Uint8Array | string, size: number): Buffer {
  const pseudorandomKey = createHmac('sha256', new Uint8Array(32)).update(material).digest()
  let output = Buffer.alloc(0)
  let block = Buffer.alloc(0)
  for (let counter = 1; output.length < size; counter += 1) {
    block = createHmac('sha256', pseudorandomKey).update(block).update(info).update(Uint8Array.of(counter)).digest()
    output = Buffer.concat([output, block])
  }
  return output.subarray(0, size)
}

async function macOf(secrets: RootSecrets, id: number, purpose: string): Promise<string> {
  return Buffer.from(await secrets.deriveHmacKey(id, purpose).sign('message')).toString('hex')
}

describe('createRootSecrets()', () => {
  it('knows its ids and signs with the highest', () => {
    const secrets = createRootSecrets({ 10: SECRET, 9: OTHER })
    expect(secrets).toMatchObject({ signingId: 10, highestId: 10, ids: [9, 10] })
    expect([8, 9, 10, 11].map((id) => secrets.has(id))).toEqual([false, true, true, false])
    expect(Object.isFrozen(secrets) && Object.isFrozen(secrets.ids)).toBe(true)
  })

  it('signs with another id where that is named', () => {
    expect(createRootSecrets({ 1: SECRET, 2: OTHER }, 1)).toMatchObject({ signingId: 1, highestId: 2 })
  })

  it.each([['3'], [3], [0], [Number.NaN], [null], ['1'], [true]])('refuses signWith %j', (signWith) => {
    expect(optionOf({ 1: SECRET, 2: OTHER }, signWith)).toBe('signWith')
  })

  it.each([
    ['undefined', undefined],
    ['null', null],
    ['text', SECRET],
    ['bytes', BYTES],
    ['a list', [SECRET]],
    ['an empty object', {}],
    ['a map', new Map([[1, SECRET]])],
    ['a leading zero', { '01': SECRET }],
    ['zero', { 0: SECRET }],
    ['a negative id', { '-1': SECRET }],
    ['a fraction', { '1.5': SECRET }],
    ['an exponent', { '1e3': SECRET }],
    ['a word', { current: SECRET }],
    ['2^31', { [2 ** 31]: SECRET }],
    ['inherited members only', Object.create({ 1: SECRET })],
  ])('refuses %s', (_, secrets) => {
    expect(optionOf(secrets)).toBe('secrets')
  })

  it('takes 2^31-1 as an id', () => {
    expect(createRootSecrets({ [2 ** 31 - 1]: SECRET }).highestId).toBe(2 ** 31 - 1)
  })

  it.each([
    ['undefined, as a missing environment variable gives', undefined],
    ['null', null],
    ['a number', 1234567890],
    ['a list of numbers', Array.from(BYTES)],
    ['an ArrayBuffer', BYTES.buffer],
    ['another kind of view', new Uint16Array(32).map((_, index) => index * 999)],
    ['an empty text', ''],
    ['31 bytes', BYTES.subarray(0, 31)],
    ['31 characters', SECRET.slice(0, 31)],
    ['a lone surrogate', `${SECRET}\ud800`],
    ['one byte repeated', new Uint8Array(32).fill(7)],
    ['one character repeated', 'a'.repeat(64)],
    ['a common password, repeated', 'password'.repeat(8)],
    ['sixteen characters, twice', 'abcdefghijklmnop'.repeat(2)],
    ['a unit that is cut short', 'abcdefghijklmnopqr'.repeat(3).slice(0, 40)],
    ['two characters in a pattern', 'ababbabbbabbbbabbbbbabbbbbbabbbbbbb'],
    ['digits', '31415926535897932384626433832795'],
    ['a PEM key', `-----BEGIN PRIVATE KEY-----\n${SECRET}\n-----END PRIVATE KEY-----`],
    ['a PEM key after a comment', `# mine\n-----BEGIN PUBLIC KEY-----\n${SECRET}\n-----END PUBLIC KEY-----`],
    ['the bytes of a PEM key', Buffer.from(`-----BEGIN PRIVATE KEY-----\n${SECRET}\n-----END PRIVATE KEY-----`)],
    ['a JWK', JSON.stringify({ kty: 'oct', k: SECRET })],
    ['a JWK after blanks', ` \n${JSON.stringify({ kty: 'oct', k: SECRET })}`],
    ['the bytes of a JWK', Buffer.from(JSON.stringify({ kty: 'oct', k: SECRET }))],
    ['a list of secrets as JSON', JSON.stringify([SECRET])],
    ['an SPKI key in DER', Buffer.from(`302a300506032b6570032100${Buffer.from(BYTES).toString('hex')}`, 'hex')],
    [
      'a PKCS#8 key in DER',
      Buffer.from(`302e020100300506032b657004220420${Buffer.from(BYTES).toString('hex')}`, 'hex'),
    ],
  ])('refuses as a secret: %s', (_, secret) => {
    expect(optionOf({ 1: OTHER, 7: secret })).toBe('secrets.7')
  })

  it('says how to make a good secret', () => {
    expect(messageOf({ 1: 'changeme' })).toContain('openssl rand -base64 32')
    expect(messageOf({ 1: 'changeme'.repeat(5) })).toContain('openssl rand -base64 32')
    expect(messageOf({ 1: undefined })).toContain('openssl rand -base64 32')
  })

  it('takes what the common tools make', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 64 }), fc.integer(), (noise, salt) => {
        // Random as a tool would make it, from the property's seed.
        const bytes = createHmac('sha256', String(salt)).update(noise).digest()
        createRootSecrets({
          1: bytes,
          2: bytes.toString('base64'),
          3: bytes.toString('base64url'),
          4: bytes.toString('hex'),
        })
      }),
    )
  })

  it('keeps material out of every message', () => {
    const marked = 'MARKED'.repeat(9)
    for (const secret of [marked, marked.slice(0, 12), `{${marked}`, `-----BEGIN ${marked}`, `${marked}\ud800`]) {
      expect(messageOf({ 1: secret })).not.toMatch(/MARK/)
    }
  })

  it('shows no material when it is inspected or written as JSON', async () => {
    const secrets = createRootSecrets({ 1: SECRET, 2: BYTES })
    secrets.deriveHmacKey(1, 'a')
    const shown = inspect(secrets, { depth: 9, showHidden: true, getters: true }) + JSON.stringify(secrets)
    expect(shown).not.toContain(SECRET.slice(0, 8))
    expect(shown).not.toContain('11, 48, 85')
    expect(Reflect.ownKeys(secrets)).toEqual(['signingId', 'highestId', 'ids', 'has', 'deriveHmacKey', 'deriveText'])
  })

  it('copies bytes, so that wiping the buffer changes nothing', async () => {
    const buffer = Uint8Array.from(BYTES)
    const secrets = createRootSecrets({ 1: buffer })
    buffer.fill(0)
    expect(await macOf(secrets, 1, 'a')).toBe(await macOf(createRootSecrets({ 1: BYTES }), 1, 'a'))
  })
})

describe('deriveHmacKey()', () => {
  it('has a reference that agrees with Wycheproof', () => {
    expect(HKDF_TESTS.length).toBe(23)
    for (const { tcId, ikm, info, size, okm } of HKDF_TESTS) {
      const derived = hkdf(Buffer.from(ikm, 'hex'), Buffer.from(info, 'hex'), size)
      expect([tcId, derived.toString('hex')]).toEqual([tcId, okm])
    }
  })

  it('derives by HKDF-SHA-256 with an empty salt and the documented info', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.stringMatching(/^[a-z/A-Z0-9-]{1,40}$/),
        fc.integer({ min: 1, max: 2 ** 31 - 1 }),
        fc.uint8Array({ minLength: 48, maxLength: 96 }),
        async (purpose, id, noise) => {
          const material = Buffer.concat([BYTES, noise])
          const info = `latchkey/v1/${purpose}/${id}`
          const key = hkdf(material, info, 32)
          expect(Buffer.from(hkdfSync('sha256', material, '', info, 32))).toEqual(key)
          const expected = createHmac('sha256', key).update('message').digest('hex')
          expect(await macOf(createRootSecrets({ [id]: material }), id, purpose)).toBe(expected)
          expect(await macOf(createRootSecrets({ [id]: material }, id, null), id, purpose)).toBe(expected)
        },
      ),
      { numRuns: 40 },
    )
  })

  it('counts text as its UTF-8 bytes and decodes it no further', async () => {
    const text = `${SECRET}é`
    const bytes = new TextEncoder().encode(text)
    expect(await macOf(createRootSecrets({ 1: text }), 1, 'a')).toBe(
      await macOf(createRootSecrets({ 1: bytes }), 1, 'a'),
    )
  })

  it('gives other keys for other purposes, ids and secrets', async () => {
    const secrets = createRootSecrets({ 1: SECRET, 2: SECRET, 3: OTHER })
    const macs = await Promise.all([
      macOf(secrets, 1, 'a'),
      macOf(secrets, 1, 'b'),
      macOf(secrets, 2, 'a'),
      macOf(secrets, 3, 'a'),
    ])
    expect(new Set(macs).size).toBe(4)
  })

  it('gives a key that shows nothing, and remembers it', async () => {
    const secrets = createRootSecrets({ 1: SECRET })
    const key = secrets.deriveHmacKey(1, 'a')
    expect(Reflect.ownKeys(key)).toEqual(['sign', 'verify'])
    expect(secrets.deriveHmacKey(1, 'a')).toBe(key)
  })

  it('refuses an id that is not there', () => {
    expect(() => createRootSecrets({ 1: SECRET }).deriveHmacKey(2, 'a')).toThrow(UsageError)
  })
})

describe('RootSecrets.deriveText()', () => {
  it('is HKDF-SHA-256 for the purpose and the id, as 43 characters of base64url', async () => {
    const secrets = createRootSecrets({ 1: SECRET, 2: BYTES })
    expect(await secrets.deriveText(1, 'text')).toBe(hkdf(SECRET, 'latchkey/v1/text/1', 32).toString('base64url'))
    expect(await secrets.deriveText(2, 'text')).toBe(hkdf(BYTES, 'latchkey/v1/text/2', 32).toString('base64url'))
    expect(await secrets.deriveText(2, 'text')).toMatch(/^[\w-]{43}$/)
  })

  it('gives another text for each id and each purpose, and the same again', async () => {
    const secrets = createRootSecrets({ 1: SECRET, 2: SECRET })
    const texts = [
      await secrets.deriveText(1, 'one'),
      await secrets.deriveText(1, 'other'),
      await secrets.deriveText(2, 'one'),
    ]
    expect(new Set(texts).size).toBe(3)
    expect(await secrets.deriveText(1, 'one')).toBe(texts[0])
  })

  it('rejects an id that is not there', async () => {
    await expect(createRootSecrets({ 1: SECRET }).deriveText(2, 'text')).rejects.toThrow(
      expect.objectContaining({ code: 'ERR_USAGE', reason: 'argument' }),
    )
  })
})
