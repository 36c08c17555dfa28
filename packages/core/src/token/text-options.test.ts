import { describe, expect, it } from 'vitest'
import { readText, readTexts } from './text-options.ts'

const refusal = expect.objectContaining({ code: 'ERR_CONFIG', option: 'a.b' }) as Error

describe('readText()', () => {
  it('gives text as it is', () => {
    expect(readText('a.b', 'https://issuer.example')).toBe('https://issuer.example')
    expect(readText('a.b', 'x'.repeat(1_024))).toHaveLength(1_024)
  })

  it.each(['', ' a', 'a ', 'x'.repeat(1_025), '\ud800', 1, null, undefined, ['a']])('refuses %.20j', (value) => {
    expect(() => readText('a.b', value)).toThrow(refusal)
  })
})

describe('readTexts()', () => {
  it('copies and freezes', () => {
    const given = ['a', 'b']
    const texts = readTexts('a.b', given, { min: 1, max: 2 })
    given.push('c')
    expect(texts).toEqual(['a', 'b'])
    expect(Object.isFrozen(texts)).toBe(true)
  })

  it.each([[[]], [['a', 'b', 'c']], [['a', 'a']], ['a'], [null], [['a', '']], [[undefined]]])('refuses %j', (value) => {
    expect(() => readTexts('a.b', value, { min: 1, max: 2 })).toThrow(refusal)
  })
})
