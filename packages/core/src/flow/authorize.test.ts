import { describe, expect, it } from 'vitest'
import type { Authentication, Principal, Requirement } from '../authentication.ts'
import { decideAuthorization } from './authorize.ts'
import { resolveRequirement } from './requirement.ts'

const now = 1_800_000_000_000
const clock = { now, leeway: 5_000 }

function authenticated(principal: Partial<Principal> = {}): Authentication {
  return {
    status: 'authenticated',
    via: 'bearer',
    principal: { subject: 'user-1', scopes: [], authenticatedAt: now, amr: [], ...principal },
  }
}

function decide(authentication: Authentication, requirement?: Requirement) {
  return decideAuthorization(authentication, resolveRequirement(requirement), clock)
}

describe('decideAuthorization()', () => {
  it('admits any authenticated caller where nothing more is asked', () => {
    expect(decide(authenticated())).toBeUndefined()
  })

  it('asks anonymous callers to authenticate, unless that is optional', () => {
    expect(decide({ status: 'anonymous' })).toEqual({ code: 'authentication_required' })
    expect(decide({ status: 'anonymous' }, { optional: true })).toBeUndefined()
    expect(decide({ status: 'anonymous' }, { optional: true, scope: 'notes' })).toBeUndefined()
  })

  it('refuses rejected credentials even where authentication is optional', () => {
    expect(decide({ status: 'rejected', code: 'token_expired' }, { optional: true })).toEqual({ code: 'token_expired' })
  })

  it('holds authenticated callers to the rest of an optional requirement', () => {
    expect(decide(authenticated(), { optional: true, scope: 'notes' })).toMatchObject({ code: 'insufficient_scope' })
  })

  it.each([
    ['notes', ['notes'], true],
    ['notes:read notes:write', ['notes:write', 'other', 'notes:read'], true],
    [['notes:read', 'notes:write'], ['notes:read'], false],
    ['notes', [], false],
    ['notes', ['notes2'], false],
    ['notes', ['Notes'], false],
    ['notes2', ['notes'], false],
  ])('compares the scope %j with %j exactly', (scope, scopes, admitted) => {
    const reason = decide(authenticated({ scopes }), { scope })
    expect(reason === undefined).toBe(admitted)
  })

  it('names the scopes that are needed', () => {
    expect(decide(authenticated(), { scope: 'a b' })).toEqual({ code: 'insufficient_scope', scopes: ['a', 'b'] })
  })

  it.each([
    [now - 300_000, true],
    [now - 305_000, true],
    [now - 305_001, false],
    [now + 60_000, true],
  ])('judges maxAge against the login at %i, with leeway', (authenticatedAt, admitted) => {
    expect(decide(authenticated({ authenticatedAt }), { maxAge: '5m' })).toEqual(
      admitted ? undefined : { code: 'insufficient_user_authentication', maxAge: 300_000 },
    )
  })

  it('asks for step-up before it complains about scope', () => {
    expect(decide(authenticated({ authenticatedAt: 0 }), { maxAge: '5m', scope: 'a' })).toMatchObject({
      code: 'insufficient_user_authentication',
    })
  })

  it('asks for every authentication method and the exact context class', () => {
    expect(decide(authenticated({ amr: ['pwd', 'otp'] }), { amr: ['otp', 'pwd'] })).toBeUndefined()
    expect(decide(authenticated({ amr: ['pwd'] }), { amr: ['otp', 'pwd'] })).toEqual({
      code: 'insufficient_user_authentication',
    })
    expect(decide(authenticated({ acr: 'mfa' }), { acr: 'mfa' })).toBeUndefined()
    expect(decide(authenticated(), { acr: 'mfa' })).toEqual({ code: 'insufficient_user_authentication', acr: 'mfa' })
  })

  it.each([
    ['a token that is fresh to the end of the leeway', { freshUntil: now - 5_000 }, undefined],
    ['a token that no longer is', { freshUntil: now - 5_001 }, 'insufficient_user_authentication'],
    ['a token that never was', { freshUntil: 0 }, 'insufficient_user_authentication'],
    ['a session of a login a while ago', { authenticatedAt: now - 905_000 }, undefined],
    ['a session of a login long ago', { authenticatedAt: now - 905_001 }, 'insufficient_user_authentication'],
  ])('judges whether credentials are fresh: %s', (_, principal, code) => {
    const requirement = resolveRequirement({ fresh: true }, { freshFor: 900_000 })
    expect(decideAuthorization(authenticated(principal), requirement, clock)?.code).toBe(code)
  })
})
