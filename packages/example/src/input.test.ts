import { describe, expect, it } from 'vitest'
import { parseNote, parsePasswordChange, parseRegistration, parseSessionValue, readCredentials } from './input.ts'

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

  it.each(NO_OBJECTS)('names both fields for %j', (body) => {
    expect(parseRegistration(body)).toEqual({ ok: false, fields: ['email', 'password'] })
  })
})

describe('readCredentials()', () => {
  it('gives whatever is there', () => {
    expect(readCredentials({ email: 1, password: ['a'] })).toEqual({ email: 1, password: ['a'] })
  })

  it.each(NO_OBJECTS)('finds nothing in %j', (body) => {
    expect(readCredentials(body)).toEqual({ email: undefined, password: undefined })
  })
})

describe('parsePasswordChange()', () => {
  it('gives both passwords as they are', () => {
    expect(parsePasswordChange({ current: ' a ', new: '' })).toEqual({ ok: true, value: { current: ' a ', next: '' } })
  })

  it.each(NO_OBJECTS)('names both fields for %j', (body) => {
    expect(parsePasswordChange(body)).toEqual({ ok: false, fields: ['current', 'new'] })
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
