import fc from 'fast-check'
import { expect, it } from 'vitest'
import { isSameSecret } from './constant-time.ts'

it('tells equal texts from all others', () => {
  const text = fc.string({ unit: 'binary', maxLength: 50 })
  fc.assert(fc.property(text, (one) => isSameSecret(one, [...one].join(''))))
  fc.assert(fc.property(text, text, (one, other) => isSameSecret(one, other) === (one === other)))
})

it('sees a difference in every place', () => {
  for (const index of [0, 1, 42]) {
    const text = 'a'.repeat(43)
    expect(isSameSecret(text, `${text.slice(0, index)}b${text.slice(index + 1)}`)).toBe(false)
  }
})
