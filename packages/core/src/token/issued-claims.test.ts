import { describe, expect, it } from 'vitest'
import { toIssuedClaims, type IssueOptions } from './issued-claims.ts'
import { resolveTokenOptions } from './options.ts'
import { createTokenIds } from './token-ids.ts'

const NOW = 1_800_000_000_123
const IAT = 1_800_000_000
const RFC = { issuer: 'https://issuer.example', audience: 'api' }
const FLASK = { profile: 'flaskJwtExtended', issuer: null, audience: null }
const runtime = { randomBytes: (length: number) => new Uint8Array(length).fill(7) }

async function claimsOf(tokens: object, options: IssueOptions = {}, csrf = false) {
  const ground = { now: NOW, newId: createTokenIds(runtime), runtime }
  return toIssuedClaims('user-1', options, resolveTokenOptions(tokens, { csrf }), ground)
}

describe('toIssuedClaims()', () => {
  it('writes the claims of RFC 9068, and no more', async () => {
    expect(await claimsOf(RFC)).toEqual({
      iss: 'https://issuer.example',
      aud: 'api',
      sub: 'user-1',
      iat: IAT,
      exp: IAT + 600,
      jti: 'BwcHBwcHBwcHBwcHBwcHBw',
    })
  })

  it('writes the claims of Flask-JWT-Extended, and no more', async () => {
    expect(await claimsOf(FLASK)).toEqual({
      fresh: false,
      type: 'access',
      nbf: IAT,
      sub: 'user-1',
      iat: IAT,
      exp: IAT + 900,
      jti: 'BwcHBwcHBwcHBwcHBwcHBw',
    })
  })

  it('gives a refresh JWT the longer life', async () => {
    expect(await claimsOf(FLASK, { refresh: true })).toMatchObject({ type: 'refresh', exp: IAT + 30 * 86_400 })
    const short = { ...FLASK, refreshLifetime: '1h' }
    expect(await claimsOf(short, { refresh: true, lifetime: '30m' })).toMatchObject({ exp: IAT + 1_800 })
    await expect(claimsOf(short, { refresh: true, lifetime: '2h' })).rejects.toMatchObject({ reason: 'argument' })
  })

  it.each<[string, IssueOptions, boolean | number]>([
    ['as asked', { fresh: true }, true],
    ['never, as asked, after a login just now', { fresh: false, authenticatedAt: NOW }, false],
    ['for a while', { fresh: '5m' }, IAT + 300],
    ['after a login just now', { authenticatedAt: NOW }, IAT + 900],
    ['after a login a while ago', { authenticatedAt: NOW - 600_000 }, IAT + 300],
    ['no more, long after a login', { authenticatedAt: NOW - 900_000 }, false],
  ])('makes a token fresh: %s', async (_, options, fresh) => {
    expect(await claimsOf(FLASK, options)).toMatchObject({ fresh })
  })

  it('asks the application for claims, and lets those of the call come first', async () => {
    const addClaims = (subject: string) => Promise.resolve({ of: subject, role: 'user' })
    expect(await claimsOf({ ...RFC, addClaims }, { claims: { role: 'admin' } })).toMatchObject({
      of: 'user-1',
      role: 'admin',
    })
  })

  it('tells the application which session a token belongs to, so that a login can have claims of its own', async () => {
    const addClaims = (_: string, sessionId: string | undefined) => ({ device: sessionId ?? 'none' })
    expect(await claimsOf({ ...RFC, addClaims }, { sessionId: 'abc' })).toMatchObject({ device: 'abc', sid: 'abc' })
    expect(await claimsOf({ ...RFC, addClaims })).toMatchObject({ device: 'none' })
  })

  it.each([undefined, null, 'admin', { sub: 'other' }, { exp: 9e9 }])(
    'issues nothing when the application adds %j',
    async (added) => {
      await expect(claimsOf({ ...RFC, addClaims: () => added })).rejects.toMatchObject({ reason: 'argument' })
    },
  )

  it('reports an application that cannot say which claims to add as out of reach', async () => {
    const cause = new Error('no database')
    const addClaims = () => Promise.reject(cause)
    await expect(claimsOf({ ...RFC, addClaims })).rejects.toMatchObject({ code: 'ERR_UNAVAILABLE', cause })
  })

  it('shares no object between the tokens of two subjects', async () => {
    const shared = { roles: ['user'] }
    const first = await claimsOf({ ...RFC, addClaims: () => shared })
    shared.roles.push('admin')
    expect(first).toMatchObject({ roles: ['user'] })
  })

  it('adds a value for a double submit where there is one', async () => {
    expect(await claimsOf(RFC, {}, true)).toMatchObject({ csrf: 'BwcHBwcHBwcHBwcHBwcHBw' })
  })

  it.each<[string, object, IssueOptions, boolean]>([
    ['fresh tokens outside of the profile', RFC, { fresh: true }, false],
    ['refresh JWTs outside of the profile', RFC, { refresh: true }, false],
    ['a freshness that is no time', FLASK, { fresh: 'soon' as never }, false],
    ['a refresh that is no boolean', FLASK, { refresh: 'yes' as never }, false],
    ['a claim of the profile', FLASK, { claims: { type: 'refresh' } }, false],
    ['a claim of the double submit', RFC, { claims: { csrf: 'x' } }, true],
  ])('refuses %s', async (_, tokens, options, csrf) => {
    await expect(claimsOf(tokens, options, csrf)).rejects.toMatchObject({ code: 'ERR_USAGE', reason: 'argument' })
  })

  it('leaves the names of the profile to the application elsewhere', async () => {
    expect(await claimsOf(RFC, { claims: { type: 'gold', csrf: 'x' } })).toMatchObject({ type: 'gold', csrf: 'x' })
  })
})
