import { describe, expect, it } from 'vitest'
import { askSchema, readSchema } from './standard-schema.ts'

const standard = { version: 1 as const, vendor: 'test', validate: (value: unknown) => ({ value }) }

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

describe('askSchema()', () => {
  const ask = (answer: unknown) => askSchema({ '~standard': { ...standard, validate: () => answer as never } }, 'x')

  it('gives what the schema made, or what is wrong', async () => {
    expect(await ask({ value: undefined })).toEqual({ value: undefined })
    expect(await ask(Promise.resolve({ value: { a: 1 } }))).toEqual({ value: { a: 1 } })
    expect(await ask({ value: 1, issues: [{ message: 'no' }] })).toEqual({ issues: [{ message: 'no' }] })
    expect(await ask({ issues: 'no' })).toEqual({ issues: [] })
  })

  it.each([undefined, null, true, 'x', {}, { ok: true }])('has no answer in %j', async (answer) => {
    expect(await ask(answer)).toBeUndefined()
  })
})
