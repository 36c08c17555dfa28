import { describe, expect, it } from 'vitest'
import { KEY_SCOPES, LOGIN_SCOPES } from './scopes.ts'

describe('the scopes', () => {
  it('of a key are those of a login but the one for the account itself', () => {
    expect(LOGIN_SCOPES).toEqual(['account', ...KEY_SCOPES])
    expect(KEY_SCOPES).not.toContain('account')
  })
})
