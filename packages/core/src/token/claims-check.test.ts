import { describe, expect, it } from 'vitest'
import type { AccessTokenClaims } from '../authentication.ts'
import type { StandardSchema } from '../standard-schema.ts'
import { checkClaims, type ClaimsCheck } from './claims-check.ts'
import { isReservedClaim } from './custom-claims.ts'

const CLAIMS: AccessTokenClaims = Object.freeze({ sub: 'user-1', iat: 1, exp: 2, jti: 'j', role: 'admin', level: '3' })

function schemaOf(validate: (value: unknown) => unknown): StandardSchema<unknown, object> {
  return { '~standard': { version: 1, vendor: 'test', validate: validate as never } }
}

async function judge(options: { schema?: StandardSchema<unknown, object>; check?: unknown }) {
  const { schema, check } = options
  return checkClaims(CLAIMS, { schema, checkClaims: check as ClaimsCheck | undefined }, isReservedClaim)
}

describe('checkClaims()', () => {
  it('gives the claims as they are where nobody is asked', async () => {
    expect(await judge({})).toEqual({ ok: true, claims: CLAIMS })
  })

  it.each<[string, unknown, unknown]>([
    ['true', () => true, { ok: true, claims: CLAIMS }],
    ['a promise of true', async () => true, { ok: true, claims: CLAIMS }],
    ['false', () => false, { ok: false, code: 'token_claims_refused' }],
    ['a code', () => 'tenant_closed', { ok: false, code: 'token_claims_refused', reason: 'tenant_closed' }],
    ['a promise of a code', async () => 'a', { ok: false, code: 'token_claims_refused', reason: 'a' }],
  ])('takes %s for an answer', async (_, check, outcome) => {
    expect(await judge({ check })).toEqual(outcome)
  })

  it.each([undefined, null, 0, 1, '', 'Not A Code', 'x'.repeat(65), {}, []])(
    'does not take %j of a check for "fine"',
    async (answer) => {
      await expect(judge({ check: () => answer })).rejects.toMatchObject({ code: 'ERR_USAGE', reason: 'argument' })
    },
  )

  it('reports a check or a schema that fails as out of reach, with its error as the cause', async () => {
    const cause = new Error('no database')
    const fail = (): never => {
      throw cause
    }
    await expect(judge({ check: fail })).rejects.toMatchObject({ code: 'ERR_UNAVAILABLE', cause })
    await expect(judge({ check: async () => fail() })).rejects.toMatchObject({ code: 'ERR_UNAVAILABLE', cause })
    await expect(judge({ schema: schemaOf(fail) })).rejects.toMatchObject({ code: 'ERR_UNAVAILABLE', cause })
  })

  it('lays what a schema makes over the claims, and gives that to the check', async () => {
    let seen: unknown
    const schema = schemaOf(async (value) => ({ value: { level: Number((value as { level: string }).level) } }))
    const check: ClaimsCheck = (claims) => {
      seen = claims
      return true
    }
    const checked = await judge({ schema, check })
    expect(checked).toMatchObject({ ok: true, claims: { sub: 'user-1', role: 'admin', level: 3 } })
    expect(checked.ok && checked.claims).toBe(seen)
    expect(Object.isFrozen(seen) && Object.getPrototypeOf(seen)).toBe(null)
  })

  it('lets a schema change no claim of the library', async () => {
    const schema = schemaOf(() => ({ value: { sub: 'admin', exp: 9e9, scope: 'all', tenant: 'a' } }))
    const checked = await judge({ schema })
    expect(checked).toMatchObject({ ok: true, claims: { sub: 'user-1', exp: 2, tenant: 'a' } })
    expect(checked.ok && checked.claims.scope).toBeUndefined()
  })

  it('refuses what a schema refuses, without its messages', async () => {
    const schema = schemaOf(() => ({ issues: [{ message: 'role: "admin" is not allowed' }] }))
    expect(await judge({ schema })).toEqual({ ok: false, code: 'token_claims_refused' })
  })

  it.each([undefined, null, true, {}, { value: 'x' }, { value: null }, { value: [] }])(
    'does not take %j of a schema for a result',
    async (result) => {
      const schema = schemaOf(() => result)
      await expect(judge({ schema })).rejects.toMatchObject({ code: 'ERR_USAGE', reason: 'argument' })
    },
  )
})
