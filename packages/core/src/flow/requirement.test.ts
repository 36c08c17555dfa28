import { describe, expect, it } from 'vitest'
import type { Requirement } from '../authentication.ts'
import { resolveRequirement } from './requirement.ts'

describe('resolveRequirement()', () => {
  it('asks for any authenticated caller by default', () => {
    expect(resolveRequirement()).toEqual({
      scopes: [],
      maxAge: undefined,
      amr: [],
      acr: undefined,
      via: 'either',
      optional: false,
      csrfToken: false,
      authoritative: false,
      passive: false,
      fresh: undefined,
      use: 'access',
      places: [],
    })
  })

  it('reads and freezes what was given', () => {
    const resolved = resolveRequirement({
      scope: 'a b',
      maxAge: '5m',
      amr: ['pwd'],
      acr: 'mfa',
      via: 'session',
      optional: true,
      csrfToken: true,
      authoritative: 'local',
      passive: true,
    })
    expect(resolved).toEqual({
      scopes: ['a', 'b'],
      maxAge: 300_000,
      amr: ['pwd'],
      acr: 'mfa',
      via: 'session',
      optional: true,
      csrfToken: true,
      authoritative: 'local',
      passive: true,
      fresh: undefined,
      use: 'access',
      places: [],
    })
    expect(Object.isFrozen(resolved) && Object.isFrozen(resolved.scopes)).toBe(true)
  })

  it.each<[unknown, string]>([
    [{ scopes: ['a'] }, 'requirement.scopes'],
    [{ scope: '' }, 'requirement.scope'],
    [{ scope: 'a  b' }, 'requirement.scope'],
    [{ scope: 'a"b' }, 'requirement.scope'],
    [{ scope: 'ä' }, 'requirement.scope'],
    [{ scope: ['a b'] }, 'requirement.scope'],
    [{ scope: 1 }, 'requirement.scope'],
    [{ scope: null }, 'requirement.scope'],
    [{ maxAge: 0 }, 'requirement.maxAge'],
    [{ maxAge: Number.NaN }, 'requirement.maxAge'],
    [{ amr: 'pwd' }, 'requirement.amr'],
    [{ acr: 'a\r\nb' }, 'requirement.acr'],
    [{ acr: '' }, 'requirement.acr'],
    [{ via: 'cookie' }, 'requirement.via'],
    [{ optional: 'yes' }, 'requirement.optional'],
    [{ optional: 1 }, 'requirement.optional'],
    [{ authoritative: 'remote' }, 'requirement.authoritative'],
    [{ authoritative: undefined }, 'requirement.authoritative'],
    [{ passive: null }, 'requirement.passive'],
    [{ scope: [] }, 'requirement.scope'],
    [{ scope: undefined }, 'requirement.scope'],
    [{ amr: [] }, 'requirement.amr'],
    [{ maxAge: undefined }, 'requirement.maxAge'],
    [{ optional: undefined }, 'requirement.optional'],
    [new Map([['scope', 'admin']]), 'requirement'],
    [Object.create({ scope: 'admin' }), 'requirement'],
    ['optional', 'requirement'],
    [null, 'requirement'],
  ])('refuses %j when the route is made', (requirement, option) => {
    expect(() => resolveRequirement(requirement as Requirement)).toThrow(
      expect.objectContaining({ code: 'ERR_CONFIG', option }),
    )
  })

  it('reads what is of the profile flaskJwtExtended there alone', () => {
    expect(resolveRequirement({ fresh: true }, { freshFor: 900_000 })).toMatchObject({ fresh: 900_000, use: 'access' })
    expect(resolveRequirement({ refresh: true }, { freshFor: 900_000 })).toMatchObject({
      use: 'refresh',
      via: 'bearer',
    })
    const refusals = [
      [{ fresh: true }, {}, 'requirement.fresh'],
      [{ refresh: true }, {}, 'requirement.refresh'],
      [{ refresh: true, via: 'session' }, { freshFor: 1 }, 'requirement.refresh'],
      [{ fresh: 'yes' }, { freshFor: 1 }, 'requirement.fresh'],
    ] as const
    for (const [requirement, ground, option] of refusals) {
      expect(() => resolveRequirement(requirement as Requirement, ground)).toThrow(expect.objectContaining({ option }))
    }
  })
})
