import { createTestRuntime } from '@latchkey/testing'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  checkPrefix,
  createSelectorToken,
  digestVerifier,
  formatToken,
  isTokenId,
  parseToken,
  verifyDigest,
} from './selector-token.ts'

const TOKEN = createSelectorToken(createTestRuntime())
const TEXT = formatToken('lkt', TOKEN)
const GROUND = { purpose: 'reset', id: TOKEN.id, binding: undefined }

describe('parseToken()', () => {
  it('takes apart what formatToken wrote', () => {
    expect(TEXT).toMatch(/^lkt_[0-9a-f]{32}\.[A-Za-z0-9_-]{43}$/)
    expect(parseToken('lkt', TEXT)).toEqual(TOKEN)
  })

  it.each([
    ['another prefix', TEXT.replace('lkt', 'lkx')],
    ['a prefix in capitals', TEXT.replace('lkt', 'LKT')],
    ['no prefix', TEXT.slice(4)],
    ['a longer prefix', `x${TEXT}`],
    ['a blank before', ` ${TEXT}`],
    ['a line break behind', `${TEXT}\n`],
    ['a selector in capitals', `lkt_${'AB'.repeat(16)}.${TOKEN.verifier}`],
    ['no dot', TEXT.replace('.', '_')],
    ['two dots', `${TEXT}.`],
    ['a verifier that is too short', TEXT.slice(0, -1)],
    ['unused bits that are not zero', `${TEXT.slice(0, -1)}B`],
    ['padding', `${TEXT.slice(0, -1)}=`],
    ['standard base64', `${TEXT.slice(0, -2)}+A`],
    ['a NUL', `${TEXT.slice(0, -2)}\0A`],
    ['a verifier beyond ASCII', `${TEXT.slice(0, -2)}éA`],
    ['empty text', ''],
    ['a megabyte', 'a'.repeat(1_000_000)],
    ['an array', [TEXT]],
    ['an object', { length: TEXT.length, startsWith: () => true }],
    ['null', null],
    ['undefined', undefined],
    ['a number', 1],
  ])('refuses %s', (_, value) => {
    expect(parseToken('lkt', value)).toBeUndefined()
  })

  it('never throws, and gives back only what is written the same way', () => {
    fc.assert(
      fc.property(fc.oneof(fc.anything(), fc.string({ unit: 'binary', maxLength: 90 })), (value) => {
        const token = parseToken('lkt', value)
        if (token !== undefined) expect(formatToken('lkt', token)).toBe(value)
      }),
    )
  })
})

describe('verifyDigest()', () => {
  const digest = digestVerifier(GROUND, TOKEN.verifier)

  it('accepts the verifier on its ground', () => {
    expect(verifyDigest(digest, GROUND, TOKEN.verifier)).toBe(true)
  })

  it.each([
    ['purpose', { ...GROUND, purpose: 'invitation' }],
    ['selector', { ...GROUND, id: 'ab'.repeat(16) }],
    ['binding', { ...GROUND, binding: 'browser' }],
  ])('refuses it on the ground of another %s', (_, ground) => {
    expect(verifyDigest(digest, ground, TOKEN.verifier)).toBe(false)
  })

  it('refuses every other verifier, and a digest that is none', () => {
    const other = `${TOKEN.verifier.startsWith('A') ? 'B' : 'A'}${TOKEN.verifier.slice(1)}`
    expect(verifyDigest(digest, GROUND, other)).toBe(false)
    for (const none of ['', 'x', digest.slice(1), `${digest}AAAA`]) {
      expect(verifyDigest(none, GROUND, TOKEN.verifier)).toBe(false)
    }
  })

  it('keeps the parts of the ground apart', () => {
    const parts = fc.record({
      purpose: fc.string(),
      id: fc.string(),
      binding: fc.option(fc.string(), { nil: undefined }),
    })
    fc.assert(
      fc.property(parts, parts, fc.string(), fc.string(), (one, other, verifier, next) => {
        const isSame = JSON.stringify([one, verifier]) === JSON.stringify([other, next])
        expect(digestVerifier({ ...one }, verifier) === digestVerifier({ ...other }, next)).toBe(isSame)
      }),
    )
  })
})

describe('checkPrefix()', () => {
  it.each(['a', 'lkt', 'acme_live', 'acme_live_v2', 'a'.repeat(16)])('accepts %j', (prefix) => {
    expect(checkPrefix('prefix', prefix)).toBe(prefix)
  })

  it.each(['', '_', 'a_', '_a', 'a__b', 'A', '1a', 'a-b', 'a.b', 'a b', 'a'.repeat(17), 'a_b_c_d', 5, null, undefined])(
    'refuses %j',
    (prefix) => {
      expect(() => checkPrefix('x.prefix', prefix)).toThrow(
        expect.objectContaining({ code: 'ERR_CONFIG', option: 'x.prefix' }),
      )
    },
  )
})

describe('isTokenId()', () => {
  it('takes 32 lower-case hex digits and nothing else', () => {
    expect(isTokenId(TOKEN.id)).toBe(true)
    for (const value of ['', 'AB'.repeat(16), `${TOKEN.id}\n`, `${TOKEN.id}0`, [TOKEN.id], null]) {
      expect(isTokenId(value)).toBe(false)
    }
  })
})
