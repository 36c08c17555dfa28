import { describe, expect, it } from 'vitest'
import { parseCredentials, parseNote, parseRegistration, parseSessionValue } from './input.ts'

const NO_OBJECTS = [
  undefined,
  null,
  true,
  1,
  'text',
  [],
  ['email', 'password'],
  { __proto__: { email: 'a@b', password: '12345678' } },
]

describe('parseRegistration()', () => {
  it('gives the e-mail address in canonical form and the password as it is', () => {
    const body = { email: ' Ada@Example.com', password: ' Pass word ', role: 'admin' }
    expect(parseRegistration(body)).toEqual({ ok: true, value: { email: 'ada@example.com', password: ' Pass word ' } })
  })

  it.each([
    ['8 characters', '12345678', true],
    ['7 characters', '1234567', false],
    ['128 characters', '\u{1f600}'.repeat(128), true],
    ['129 characters', 'a'.repeat(129), false],
    ['8 that are 7 in NFC', 'e\u0301123456', false],
    ['NUL', '12345678\0', false],
    ['a lone surrogate', '12345678\udc00', false],
    ['a number', 12_345_678, false],
    ['a list', ['12345678'], false],
  ])('judges a password of %s', (_name, password, ok) => {
    const input = parseRegistration({ email: 'ada@example.com', password })
    expect(input).toMatchObject(ok ? { ok } : { ok, fields: ['password'] })
  })

  it.each(NO_OBJECTS)('names both fields for %j', (body) => {
    expect(parseRegistration(body)).toEqual({ ok: false, fields: ['email', 'password'] })
  })
})

describe('parseCredentials()', () => {
  it('takes a string that is no e-mail address for nobody', () => {
    expect(parseCredentials({ email: 'nobody', password: '' })).toEqual({
      ok: true,
      value: { email: undefined, password: '' },
    })
  })

  it.each(NO_OBJECTS)('names both fields for %j', (body) => {
    expect(parseCredentials(body)).toEqual({ ok: false, fields: ['email', 'password'] })
  })
})

describe('parseNote()', () => {
  it('takes a note, and an empty text for a missing one', () => {
    expect(parseNote({ title: 'a', text: 'b', id: 'c' })).toEqual({ ok: true, value: { title: 'a', text: 'b' } })
    expect(parseNote({ title: 'a' })).toEqual({ ok: true, value: { title: 'a', text: '' } })
  })

  it.each([
    [{ title: '' }, ['title']],
    [{ title: 'a'.repeat(201) }, ['title']],
    [{ title: 'a', text: 'b'.repeat(20_001) }, ['text']],
    [{ title: 'a', text: null }, ['text']],
    [{ title: 'a\0', text: '\ud800' }, ['title', 'text']],
    [{ title: 1e308, text: {} }, ['title', 'text']],
    [undefined, ['title']],
  ])('refuses %j', (body, fields) => {
    expect(parseNote(body)).toEqual({ ok: false, fields })
  })
})

describe('parseSessionValue()', () => {
  it.each([null, 0, '', false, [], { a: 1 }])('takes %j', (value) => {
    expect(parseSessionValue({ value })).toEqual({ ok: true, value })
  })

  it.each([{}, [], null, 'value', JSON.parse('{"__proto__":{"value":1}}')])('misses the value in %j', (body) => {
    expect(parseSessionValue(body)).toEqual({ ok: false, fields: ['value'] })
  })
})
