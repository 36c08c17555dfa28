import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parameterOf, parseForm } from './form.ts'

const FORM = 'application/x-www-form-urlencoded'

const tokenOf = (body: unknown, contentType: string | null) => {
  const form = parseForm(body, contentType)
  return form && parameterOf(form, 'token')
}

describe('parseForm()', () => {
  it.each<[unknown, string | null, object | undefined]>([
    ['token=a.b%2Bc&x=1', FORM, { status: 'one', value: 'a.b+c' }],
    ['token=a', `${FORM}; charset=UTF-8`, { status: 'one', value: 'a' }],
    ['token=a', FORM.toUpperCase(), { status: 'one', value: 'a' }],
    ['token=a&token=a', FORM, { status: 'malformed' }],
    ['token=a&token=b&token=c', FORM, { status: 'malformed' }],
    ['token=', FORM, { status: 'none' }],
    ['', FORM, { status: 'none' }],
    ['{"token":"a"}', 'application/json', { status: 'one', value: 'a' }],
    ['{"token":"a"}', 'application/json;charset=utf-8', { status: 'one', value: 'a' }],
    ['{"token":["a"]}', 'application/json', { status: 'malformed' }],
    ['{"token":1}', 'application/json', { status: 'malformed' }],
    ['{"token":null}', 'application/json', { status: 'malformed' }],
    ['{"token":""}', 'application/json', { status: 'none' }],
    ['{"__proto__":{"token":"a"}}', 'application/json', { status: 'none' }],
    ['["token"]', 'application/json', undefined],
    ['null', 'application/json', undefined],
    ['{', 'application/json', undefined],
    ['', 'application/json', undefined],
    ['token=a', 'text/plain', undefined],
    ['token=a', 'application/x-www-form-urlencoded-x', undefined],
    ['token=a', null, undefined],
    [{ token: 'a' }, null, { status: 'one', value: 'a' }],
    [Object.assign(Object.create(null), { token: 'a' }), null, { status: 'one', value: 'a' }],
    [{ token: ['a', 'b'] }, null, { status: 'malformed' }],
    [Object.create({ token: 'a' }), null, undefined],
    [['token'], null, undefined],
    [undefined, FORM, undefined],
    [null, FORM, undefined],
    [7, FORM, undefined],
    [`token=${'a'.repeat(65_536)}`, FORM, undefined],
  ])('reads %j as %s', (body, contentType, expected) => {
    expect(tokenOf(body, contentType)).toEqual(expected)
  })

  it('throws for nothing', () => {
    fc.assert(
      fc.property(fc.anything(), fc.option(fc.constantFrom(FORM, 'application/json', 'x')), (body, contentType) => {
        tokenOf(body, contentType)
      }),
    )
    fc.assert(fc.property(fc.string(), (text) => void tokenOf(text, FORM)))
  })
})
