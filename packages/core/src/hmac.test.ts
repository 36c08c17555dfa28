import { createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { inspect } from 'node:util'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createHmacKey, createWebHmacKey, type HmacHash } from './hmac.ts'
import { nodeCrypto } from './runtime.ts'

interface Group {
  readonly tagSize: number
  readonly tests: readonly {
    readonly tcId: number
    readonly key: string
    readonly msg: string
    readonly tag: string
    readonly result: string
  }[]
}

const GROUPS = (
  JSON.parse(readFileSync(new URL('../vectors/wycheproof/hmac_sha256.json', import.meta.url), 'utf8')) as {
    testGroups: readonly Group[]
  }
).testGroups

const ENGINES = { 'node:crypto': nodeCrypto, 'Web Cryptography': null } as const
const HASHES: readonly (readonly [HmacHash, string, number])[] = [
  ['SHA-256', 'sha256', 32],
  ['SHA-384', 'sha384', 48],
  ['SHA-512', 'sha512', 64],
]
const KEY = Uint8Array.from({ length: 64 }, (_, index) => (index * 37 + 11) % 256)
const bytesOf = (hex: string): Uint8Array<ArrayBuffer> => new Uint8Array(Buffer.from(hex, 'hex'))

describe.each(Object.entries(ENGINES))('createHmacKey() with %s', (_, node) => {
  it('answers as Wycheproof does for whole codes', async () => {
    // Excluded: the groups with a code cut to 128 bits. A cut code is refused here, whatever its bytes.
    const counts = { whole: 0, cut: 0 }
    for (const { tagSize, tests } of GROUPS) {
      for (const { tcId, key, msg, tag, result } of tests) {
        const hmac = createHmacKey('SHA-256', bytesOf(key), node)
        const valid = await hmac.verify(bytesOf(msg), bytesOf(tag))
        expect([tcId, valid]).toEqual([tcId, tagSize === 256 && result === 'valid'])
        if (tagSize === 256 && result === 'valid') {
          expect(Buffer.from(await hmac.sign(bytesOf(msg))).toString('hex')).toBe(tag)
        }
        counts[tagSize === 256 ? 'whole' : 'cut'] += 1
      }
    }
    expect(counts).toEqual({ whole: 87, cut: 87 })
  })

  it.each(HASHES)('is HMAC with %s, over text as UTF-8', async (hash, name, length) => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }), async (text) => {
        const key = createHmacKey(hash, KEY, node)
        const mac = new Uint8Array(await key.sign(text))
        expect(mac).toHaveLength(length)
        expect(Buffer.from(mac)).toEqual(createHmac(name, KEY).update(text.toWellFormed()).digest())
        expect(await key.verify(text, mac)).toBe(true)
        for (const wrong of [
          mac.subarray(1),
          new Uint8Array([...mac, 0]),
          new Uint8Array(),
          mac.map((byte) => ~byte),
        ]) {
          expect(await key.verify(text, wrong)).toBe(false)
        }
      }),
      { numRuns: 30 },
    )
  })

  it('is HMAC for keys and inputs of every length, whatever came before', async () => {
    const text = fc.tuple(
      fc.string({ unit: 'binary', minLength: 1, maxLength: 3 }),
      fc.constantFrom(1, 30, 3_000, 8_192),
    )
    const input = text.map(([unit, count]) => unit.repeat(count))
    const key = fc.uint8Array({ minLength: 1, maxLength: 200 }).map((bytes) => new Uint8Array(bytes))
    await fc.assert(
      fc.asyncProperty(key, fc.array(input, { maxLength: 3 }), async (bytes, inputs) => {
        for (const [hash, name] of HASHES) {
          const hmac = createHmacKey(hash, bytes, node)
          const other = createHmacKey(hash, KEY, node)
          for (const each of inputs) {
            const mac = createHmac(name, bytes).update(each.toWellFormed()).digest()
            expect(Buffer.from(await hmac.sign(each))).toEqual(mac)
            expect(Buffer.from(await hmac.sign(new TextEncoder().encode(each)))).toEqual(mac)
            const given = new Uint8Array(mac)
            expect([await hmac.verify(each, given), await other.verify(each, given)]).toEqual([true, false])
          }
        }
      }),
      { numRuns: 50 },
    )
  })

  it('takes a key of the Web Cryptography API', async () => {
    const parameters = { name: 'HMAC', hash: 'SHA-256' }
    for (const extractable of [true, false]) {
      const imported = await crypto.subtle.importKey('raw', KEY, parameters, extractable, ['sign', 'verify'])
      const mac = await createHmacKey('SHA-256', imported, node).sign('message')
      expect(await createHmacKey('SHA-256', KEY).verify('message', mac)).toBe(true)
    }
  })

  it('copies bytes, and shows none', async () => {
    const bytes = KEY.slice()
    const key = createHmacKey('SHA-256', bytes, node)
    bytes.fill(0)
    expect(await key.verify('message', await createHmacKey('SHA-256', KEY).sign('message'))).toBe(true)
    expect(inspect(key, { depth: 9, showHidden: true }) + JSON.stringify(key)).not.toMatch(/11, 48|Map|Uint8Array/)
    expect(Object.isFrozen(key)).toBe(true)
  })
})

describe('with node:crypto', () => {
  it('answers at once, without a promise', () => {
    const key = createHmacKey('SHA-256', KEY)
    const mac = key.sign('message') as Uint8Array<ArrayBuffer>
    expect(mac).toBeInstanceOf(Uint8Array)
    expect(key.verify('message', mac)).toBe(true)
  })
})

describe('createWebHmacKey()', () => {
  it('makes the key when it is first used, and once', async () => {
    let made = 0
    const key = createWebHmacKey(async () => {
      made += 1
      return crypto.subtle.importKey('raw', KEY, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign', 'verify'])
    })
    expect(made).toBe(0)
    expect(await key.verify('message', await key.sign('message'))).toBe(true)
    expect(made).toBe(1)
  })
})
