import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseSealText, sealTextLength } from './seal-text.ts'
import { forge, withField } from './seals.fixture.ts'

describe('parseSealText()', () => {
  it('reads what iron-session writes', async () => {
    const before = Date.now()
    const text = await forge({ a: 1 }, { ttl: 60 })
    const seal = parseSealText(text)
    const [, , salt, iv, ciphertext, , macSalt, end] = text.split('*')
    expect(seal).toMatchObject({ text, passwordId: 1, salt, iv, ciphertext, macSalt, mac: end?.slice(0, -2) })
    expect(text).toBe(`${seal?.signed}*${macSalt}*${end}`)
    expect(seal?.expiresAt).toBeGreaterThanOrEqual(before + 60_000)
    expect(parseSealText(await forge({}, { id: 2_147_483_647 }))?.passwordId).toBe(2_147_483_647)
  })

  it.each([
    ['another prefix', (seal: string) => withField(seal, 0, () => 'Fe26.1')],
    ['a password id with a leading zero', (seal: string) => withField(seal, 1, () => '01')],
    ['a password id past 2^31-1', (seal: string) => withField(seal, 1, () => '2147483648')],
    ['a salt in capitals', (seal: string) => withField(seal, 2, (salt) => `A${salt.slice(1)}`)],
    ['an initial vector with unused bits', (seal: string) => withField(seal, 3, (iv) => `${iv.slice(0, -1)}B`)],
    ['a ciphertext of no whole blocks', (seal: string) => withField(seal, 4, (text) => text.slice(4))],
    ['a ciphertext with unused bits', (seal: string) => withField(seal, 4, (text) => `${text.slice(0, -1)}B`)],
    ['padding', (seal: string) => withField(seal, 4, (text) => `${text}==`)],
    ['no expiration', (seal: string) => withField(seal, 5, () => '')],
    ['an expiration with a leading zero', (seal: string) => withField(seal, 5, (time) => `0${time}`)],
    ['an expiration past what numbers count', (seal: string) => withField(seal, 5, () => '9999999999999999')],
    ['a MAC with unused bits', (seal: string) => `${seal.slice(0, -3)}B~2`],
    ['no version', (seal: string) => seal.slice(0, -2)],
    ['another version', (seal: string) => `${seal.slice(0, -1)}1`],
    ['a second version', (seal: string) => `${seal}~2`],
    ['a line break', (seal: string) => `${seal}\n`],
    ['a ninth field', (seal: string) => seal.replace('~2', '*~2')],
  ])('refuses %s', async (_, change) => {
    const seal = await forge({ a: 1 })
    expect(parseSealText(seal)).toBeDefined()
    expect(parseSealText(change(seal))).toBeUndefined()
  })

  it('refuses what no cookie can hold, and does not look at it', async () => {
    expect(parseSealText(await forge({ a: 'x'.repeat(4_000) }))).toBeUndefined()
  })

  it('throws for no text at all', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.stringMatching(/^Fe26\.2(\*[\w-]*){7}~2$/)), (text) => {
        expect([undefined, text]).toContain(parseSealText(text)?.text)
      }),
    )
  })
})

describe('sealTextLength()', () => {
  it('is the length of the seal that iron-session makes, for every size and id', async () => {
    for (let size = 0; size < 70; size += 1) {
      for (const id of [1, 10, 2_147_483_647]) {
        const values = { a: 'x'.repeat(size) }
        expect(sealTextLength(JSON.stringify(values).length, id)).toBe((await forge(values, { id })).length)
      }
    }
  })
})
