import type { AccessTokenClaims, Context, JsonObject, Session } from '@latchkey/core'
import { expectTypeOf, it } from 'vitest'
import type { PasswordLogin, PasswordLoginInput } from './password-login.ts'

interface User {
  readonly id: string
}

declare const login: PasswordLogin<User>
declare const context: Context<User, AccessTokenClaims, JsonObject>

it('gives the session or the tokens, by what is asked for', async () => {
  const cookie = await login.login(context, { login: '', password: '', deliver: 'cookie' })
  if (cookie.ok) {
    expectTypeOf(cookie.session).toEqualTypeOf<Session>()
    expectTypeOf(cookie.user).toEqualTypeOf<User>()
    expectTypeOf(cookie).not.toHaveProperty('tokens')
  } else {
    expectTypeOf(cookie.code).toEqualTypeOf<
      'malformed' | 'invalid_credentials' | 'throttled' | 'cross_origin' | 'login_cut_off'
    >()
    expectTypeOf(cookie.denial.headers).toEqualTypeOf<Readonly<Record<string, string>>>()
  }
  const tokens = await login.login(context, { login: '', password: '', deliver: 'tokens' })
  if (tokens.ok) expectTypeOf(tokens).toHaveProperty('tokens')
})

it('leaves the subject and the epoch to the password', () => {
  expectTypeOf<PasswordLoginInput>().not.toHaveProperty('subject')
  expectTypeOf<PasswordLoginInput>().not.toHaveProperty('epoch')
})
