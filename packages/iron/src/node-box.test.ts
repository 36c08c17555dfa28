import { createCipheriv, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto'
import { nodeBuffer, nodeCrypto, type JsonObject } from '@latchkey/core'
import fc from 'fast-check'
import { sealData, unsealData } from 'iron-session'
import { describe, expect, it } from 'vitest'
import { ironBox } from './iron-box.ts'
import { createNodeBox } from './node-box.ts'
import { parseSealText } from './seal-text.ts'
import { withField } from './seals.fixture.ts'

const PASSWORD = { id: 1, text: 'z3Qp7Xv1LkT9wYb5RnC2dGh8JmF4sA6uEo0iHqBxVtM' }
const PASSWORDS = { 1: PASSWORD.text }
if (nodeCrypto === null || nodeBuffer === null) throw new Error('There is no node:crypto')
const nodeBox = createNodeBox(nodeCrypto, nodeBuffer)

/** What both engines say of a text; undefined when it has not the form of a seal, so that neither is asked. */
async function verdicts(text: string): Promise<readonly [unknown, unknown] | undefined> {
  const seal = parseSealText(text)
  return seal && [await nodeBox.unseal(seal, PASSWORD), await ironBox.unseal(seal, PASSWORD)]
}

/** A seal of any bytes, with blocks added as told, whose MAC is right: as somebody with the password could make it. */
function sealBytes(bytes: Uint8Array, padded: boolean): string {
  const key = (salt: string) => pbkdf2Sync(PASSWORD.text, salt, 1, 32, 'sha1')
  const [salt, macSalt] = [randomBytes(32).toString('hex'), randomBytes(32).toString('hex')]
  const iv = randomBytes(16)
  const cipher = createCipheriv('aes-256-cbc', key(salt), iv).setAutoPadding(padded)
  const sealed = Buffer.concat([cipher.update(bytes), cipher.final()]).toString('base64url')
  const signed = `Fe26.2*1*${salt}*${iv.toString('base64url')}*${sealed}*${Date.now() + 60_000}`
  return `${signed}*${macSalt}*${createHmac('sha256', key(macSalt)).update(signed).digest('base64url')}~2`
}

const values = fc
  .dictionary(fc.string({ unit: 'binary', maxLength: 20 }), fc.jsonValue({ maxDepth: 3 }), { maxKeys: 8 })
  .map((data) => JSON.parse(JSON.stringify(data)) as JsonObject)

describe('createNodeBox()', () => {
  it('writes what iron-session opens, and opens what iron-session writes, whatever the values', async () => {
    await fc.assert(
      fc.asyncProperty(values, fc.integer({ min: 1, max: 31_536_000 }), async (data, ttl) => {
        expect(await unsealData(await nodeBox.seal(data, PASSWORD, ttl), { password: PASSWORDS, ttl })).toEqual(data)
        const seal = parseSealText(await sealData(data, { password: PASSWORDS, ttl }))
        // What is longer than a cookie has no form, and is asked of nobody.
        if (seal !== undefined) expect(await nodeBox.unseal(seal, PASSWORD)).toEqual(data)
      }),
    )
  })

  it('derives the same keys, whatever the passwords, one after another', async () => {
    const texts = fc.array(fc.string({ unit: 'binary', minLength: 32, maxLength: 90 }), { minLength: 1, maxLength: 3 })
    await fc.assert(
      fc.asyncProperty(texts, async (passwords) => {
        for (const [index, text] of [...passwords, ...passwords].entries()) {
          const password = { id: index, text }
          const ours = await nodeBox.seal({ a: index }, password, 60)
          expect(await unsealData(ours, { password: { [index]: text } })).toEqual({ a: index })
          const theirs = parseSealText(await ironBox.seal({ b: index }, password, 60))
          expect(theirs && (await nodeBox.unseal(theirs, password))).toEqual({ b: index })
        }
      }),
      { numRuns: 30 },
    )
  })

  it('leaves neither values nor passwords in the memory that small buffers share', async () => {
    for (let count = 0; count < 200; count += 1) await nodeBox.seal({ canary: 'of-values' }, PASSWORD, 60)
    const shared = Buffer.from(Buffer.from('a').buffer)
    expect([shared.includes('of-values'), shared.includes(PASSWORD.text)]).toEqual([false, false])
  })

  it('seals values of any length', async () => {
    for (const length of [3_000, 10_000, 3_000]) {
      const long = { a: 'é'.repeat(length) }
      expect(await unsealData(await nodeBox.seal(long, PASSWORD, 60), { password: PASSWORDS })).toEqual(long)
    }
  })

  it('writes seals of the one form, never the same twice', async () => {
    const [one, other] = [await nodeBox.seal({ a: 1 }, PASSWORD, 60), await nodeBox.seal({ a: 1 }, PASSWORD, 60)]
    expect(parseSealText(one)).toMatchObject({ passwordId: 1 })
    const fields = one.split('*')
    const same = other.split('*').map((field, index) => field === fields[index])
    // The prefix and the id; the expiration where both were made in one millisecond.
    expect(same.with(5, false)).toEqual([true, true, false, false, false, false, false, false])
  })

  it('refuses every changed seal as iron-session does', async () => {
    const seals = [await nodeBox.seal({ a: 1, b: 'two' }, PASSWORD, 60), await ironBox.seal({ c: [3] }, PASSWORD, 900)]
    let judged = 0
    const change = fc.record({
      from: fc.constantFrom(...seals),
      field: fc.constantFrom(1, 2, 3, 4, 5, 6, 7),
      at: fc.nat(),
      by: fc.constantFrom(...'0123456789abcdefAEIMQUYcgkosw_-'),
      whole: fc.boolean(),
    })
    await fc.assert(
      fc.asyncProperty(change, async ({ from, field, at, by, whole }) => {
        const another = (from === seals[0] ? seals[1] : seals[0])?.split('*')[field] ?? ''
        const text = withField(from, field, (old) => {
          const index = at % old.length
          return whole ? another : `${old.slice(0, index)}${by}${old.slice(index + 1)}`
        })
        const said = await verdicts(text)
        if (said === undefined) return
        judged += 1
        expect(said[0]).toEqual(said[1])
        expect(said[0] === undefined).toBe(!seals.includes(text))
      }),
      { numRuns: 1_000 },
    )
    expect(judged).toBeGreaterThan(100)
  })

  it('answers as iron-session does to whatever bytes somebody with the password sealed', async () => {
    const texts = ['null', '1', '"text"', '[]', '{"__proto__":1}', '', '{', '\uFEFF{"a":1}', '{"a":"\u0000"}', 'nul']
    const bytes = fc.oneof(
      fc.constantFrom(...texts).map((text) => new TextEncoder().encode(text)),
      fc.uint8Array({ maxLength: 64 }),
      fc.uint8Array({ maxLength: 8 }).map((tail) => new Uint8Array([...Buffer.from('{"a":"'), ...tail, 0x22, 0x7d])),
    )
    await fc.assert(
      fc.asyncProperty(bytes, async (content) => {
        const said = await verdicts(sealBytes(content, true))
        expect(said).toHaveLength(2)
        expect(said?.[0]).toEqual(said?.[1])
      }),
      { numRuns: 300 },
    )
    // Blocks without padding, or with a wrong one.
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 32, maxLength: 32 }), async (content) => {
        const said = await verdicts(sealBytes(content, false))
        expect(said).toHaveLength(2)
        expect(said?.[0]).toEqual(said?.[1])
      }),
      { numRuns: 300 },
    )
  })
})
