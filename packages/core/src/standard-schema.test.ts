import { describe, expect, it } from 'vitest'
import { readSchema } from './standard-schema.ts'

const standard = { version: 1, vendor: 'test', validate: (value: unknown) => ({ value }) }

describe('readSchema()', () => {
  it('takes objects and functions that implement version 1', () => {
    const object = { '~standard': standard }
    expect(readSchema('claims', object)).toBe(object)
    const callable = Object.assign(() => {}, { '~standard': standard })
    expect(readSchema('claims', callable)).toBe(callable)
    expect(readSchema('claims', undefined)).toBeUndefined()
  })

  it.each([
    [null],
    ['string'],
    [{}],
    [() => {}],
    [{ '~standard': null }],
    [{ '~standard': { ...standard, version: 2 } }],
    [{ '~standard': { ...standard, validate: 'x' } }],
  ])('refuses %j', (value) => {
    expect(() => readSchema('tokens.claims', value)).toThrow(expect.objectContaining({ option: 'tokens.claims' }))
  })
})
