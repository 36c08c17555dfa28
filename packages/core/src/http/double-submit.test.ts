import { describe, expect, it } from 'vitest'
import { decideDoubleSubmit, resolveDoubleSubmit } from './double-submit.ts'

const parts = { beside: {}, name: 'csrf_access_token', ground: { secure: true, flask: false } }

describe('resolveDoubleSubmit()', () => {
  it('is none unless it is asked for', () => {
    expect(resolveDoubleSubmit('at', undefined, parts)).toBeUndefined()
    expect(resolveDoubleSubmit('at', false, parts)).toBeUndefined()
  })

  it('has names of its own, and a cookie that the page can read', () => {
    const resolved = resolveDoubleSubmit('at', true, parts)
    expect(resolved).toMatchObject({ header: 'x-csrf-token', field: undefined })
    expect(resolved?.cookie.issue('v', undefined)).toBe('__Host-csrf_access_token=v; Path=/; Secure; SameSite=Lax')
  })

  it('is scoped as the cookie beside it, but for name and path', () => {
    const beside = { name: 'token', path: '/api', sameSite: 'strict', partitioned: true } as const
    const given = { header: 'X-XSRF', field: 'csrf' }
    const resolved = resolveDoubleSubmit('at', given, { ...parts, beside })
    expect(resolved).toMatchObject({ header: 'x-xsrf', field: 'csrf' })
    expect(resolved?.cookie.issue('v', 60)).toBe(
      '__Host-csrf_access_token=v; Max-Age=60; Path=/; Secure; SameSite=Strict; Partitioned',
    )
    const own = resolveDoubleSubmit('at', { cookie: { name: 'readable', sameSite: 'lax' } }, { ...parts, beside })
    expect(own?.cookie.issue('v', undefined)).toBe('readable=v; Path=/; Secure; SameSite=Lax; Partitioned')
  })

  it.each([
    ['yes', 'at'],
    [{ name: 'x' }, 'at.name'],
    [{ header: 'a b' }, 'at.header'],
    [{ field: '' }, 'at.field'],
    [{ cookie: 'x' }, 'at.cookie'],
    [{ cookie: { path: 'x' } }, 'at.cookie.path'],
  ])('refuses %j', (value, option) => {
    expect(() => resolveDoubleSubmit('at', value, parts)).toThrow(expect.objectContaining({ option }))
  })
})

describe('decideDoubleSubmit()', () => {
  it.each<[unknown, unknown, string]>([
    ['abc', 'abc', 'same'],
    ['abc', 'abd', 'csrf_mismatch'],
    ['abc', 'ab', 'csrf_mismatch'],
    ['abc', 'abc, abc', 'csrf_mismatch'],
    ['abc', null, 'csrf_missing'],
    ['abc', undefined, 'csrf_missing'],
    ['abc', '', 'csrf_missing'],
    ['abc', ['abc'], 'csrf_mismatch'],
    [undefined, 'abc', 'csrf_mismatch'],
    ['', 'abc', 'csrf_mismatch'],
    [1, '1', 'csrf_mismatch'],
    [undefined, undefined, 'csrf_missing'],
    ['', '', 'csrf_missing'],
  ])('compares %j with %j: %s', (claim, sent, verdict) => {
    expect(decideDoubleSubmit(claim, sent)).toBe(verdict)
  })
})
