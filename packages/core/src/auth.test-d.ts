import { expectTypeOf, it } from 'vitest'
import { createAuth } from './auth.ts'
import type { AccessTokenClaims } from './authentication.ts'
import type { StandardSchema } from './standard-schema.ts'

const TOKENS = { issuer: 'https://issuer.example', audience: 'api' }
declare const schema: StandardSchema<unknown, { readonly role: 'user' | 'admin' }>

it('types the claims by their schema', async () => {
  const auth = createAuth({ tokens: { ...TOKENS, claims: schema } })
  const result = await auth.verifyAccessToken('')
  if (!result.ok) return
  expectTypeOf(result.claims.role).toEqualTypeOf<'user' | 'admin'>()
  expectTypeOf(result.principal.claims?.role).toEqualTypeOf<'user' | 'admin' | undefined>()
  expectTypeOf(result.claims.sub).toEqualTypeOf<string>()
})

it('types the user beside them', async () => {
  const auth = createAuth({ tokens: { ...TOKENS, claims: schema }, users: { findById: (id) => ({ id, age: 3 }) } })
  expectTypeOf(await auth.userOf(await auth.verifyAccessToken(''))).toEqualTypeOf<{ id: string; age: number } | null>()
})

it('leaves the claims as they are without one', async () => {
  const auth = createAuth({ tokens: TOKENS })
  const result = await auth.verifyAccessToken('')
  if (result.ok) expectTypeOf(result.claims).toEqualTypeOf<AccessTokenClaims>()
})
