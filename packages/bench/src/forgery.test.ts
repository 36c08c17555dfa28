import { expect, it } from 'vitest'
import { forgeCookie, forgeToken } from './forgery.ts'

it('one character is another, near the end', () => {
  expect(forgeToken('0123456789')).toBe('A123456789')
  expect(forgeToken('xA123456789')).toBe('xB123456789')
})

it('every cookie of a header is forged', () => {
  expect(forgeCookie('a=0123456789; b=0123456789')).toBe('a=A123456789; b=A123456789')
})
