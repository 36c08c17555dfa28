import { describe, expect, it } from 'vitest'
import { createTokenCookie, readName } from './token-cookie.ts'

const RFC = { secure: true, flask: false }

describe('createTokenCookie()', () => {
  it('names cookies by what is allowed, or by what Flask-JWT-Extended calls them', () => {
    const defaults = { name: 'access_token' }
    expect(createTokenCookie('at', {}, RFC, defaults).name).toBe('__Host-access_token')
    expect(createTokenCookie('at', { path: '/api' }, RFC, defaults).name).toBe('__Secure-access_token')
    expect(createTokenCookie('at', {}, { secure: false, flask: false }, defaults).name).toBe('access_token')
    expect(createTokenCookie('at', {}, { secure: true, flask: true }, defaults).name).toBe('access_token')
  })

  it('is for plain http where the whole configuration is', () => {
    expect(createTokenCookie('at', {}, { secure: false, flask: false }, { name: 'a' }).secure).toBe(false)
    const own = { insecurePlainHttp: true }
    expect(() => createTokenCookie('at', own, RFC, { name: 'a' })).toThrow(
      expect.objectContaining({ option: 'at.insecurePlainHttp' }),
    )
  })
})

describe('readName()', () => {
  it('reads a token, or the default', () => {
    expect(readName('at', 'X-CSRF', 'other')).toBe('X-CSRF')
    expect(readName('at', undefined, 'other')).toBe('other')
  })

  it.each([[''], ['a b'], ['a:b'], [1], [null], [undefined], ['x'.repeat(65)]])('refuses %j', (name) => {
    expect(() => readName('at', name)).toThrow(expect.objectContaining({ option: 'at' }))
  })
})
