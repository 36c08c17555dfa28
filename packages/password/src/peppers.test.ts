import { createHmac } from 'node:crypto'
import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { createPeppers } from './peppers.ts'

const SECRET = 'the first pepper, which is long enough'
const OTHER = new Uint8Array(32).fill(9)

describe('createPeppers()', () => {
  it('applies HMAC-SHA-256 under the pepper of the id', () => {
    const peppers = createPeppers({ 1: SECRET, 5: OTHER }, undefined)
    const password = Buffer.from('password')
    expect(peppers.current).toBe(5)
    expect([peppers.has(1), peppers.has(5), peppers.has(2)]).toEqual([true, true, false])
    expect(peppers.apply(1, password)).toEqual(createHmac('sha256', SECRET).update(password).digest())
    expect(peppers.apply(5, password)).toEqual(createHmac('sha256', OTHER).update(password).digest())
    expect(() => peppers.apply(2, password)).toThrow(RangeError)
  })

  it('takes the id it is told', () => {
    expect(createPeppers({ 1: SECRET, 5: OTHER }, 1).current).toBe(1)
  })

  it('has no id without peppers', () => {
    expect(createPeppers(undefined, undefined).current).toBeUndefined()
  })

  it('copies bytes, and shows none', () => {
    const bytes = new Uint8Array(32).fill(7)
    const peppers = createPeppers({ 1: bytes, 2: SECRET }, 1)
    const before = peppers.apply(1, Buffer.from('password'))
    bytes.fill(0)
    expect(peppers.apply(1, Buffer.from('password'))).toEqual(before)
    expect(inspect(peppers, { depth: 9, showHidden: true }) + JSON.stringify(peppers)).not.toContain(SECRET)
  })

  it.each<[string, unknown, unknown]>([
    ['peppers', {}, undefined],
    ['peppers', [SECRET], undefined],
    ['peppers', SECRET, undefined],
    ['peppers', null, undefined],
    ['peppers', { '01': SECRET }, undefined],
    ['peppers', { 2147483648: SECRET }, undefined],
    ['peppers.1', { 1: 'a'.repeat(31) }, undefined],
    ['peppers.1', { 1: `${SECRET}\ud800` }, undefined],
    ['peppers.1', { 1: undefined }, undefined],
    ['pepperWith', { 1: SECRET }, 2],
    ['pepperWith', { 1: SECRET }, '1'],
    ['pepperWith', { 1: SECRET }, null],
  ])('refuses the option %s: %o and %o, without showing it', (option, secrets, current) => {
    expect(() => createPeppers(secrets, current)).toThrow(
      expect.objectContaining({ code: 'ERR_CONFIG', option, message: expect.not.stringContaining('first pepper') }),
    )
  })
})
