import { createTestRequest, type TestRequestInit } from '@latchkey/testing'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { describeAbsence, isJsonBody, resolveLocations } from './location.ts'

const GROUND = { secure: true, flask: false }

function readerOf(location: object, ground: object = GROUND) {
  const [reader] = resolveLocations([location], ground as typeof GROUND)
  if (reader === undefined) throw new Error('There is one')
  return reader
}

function statusOf(location: object, request: TestRequestInit): string {
  const reading = readerOf(location).read(createTestRequest(request))
  return reading.status === 'token' ? `token ${reading.token}` : reading.status
}

describe('resolveLocations()', () => {
  it('looks into the header alone by default', () => {
    const [header, ...others] = resolveLocations(undefined, GROUND)
    expect(header).toMatchObject({ place: 'header', holds: 'either' })
    expect(others).toEqual([])
    const request = createTestRequest({ headers: { authorization: 'Bearer a.b.c' } })
    expect(header?.read(request)).toEqual({ status: 'token', token: 'a.b.c' })
  })

  it('reads headers of any name and scheme', () => {
    const bare = { in: 'header', name: 'X-Access-Token', scheme: null }
    expect(statusOf(bare, { headers: { 'x-access-token': 'a.b.c' } })).toBe('token a.b.c')
    expect(statusOf(bare, { headers: { 'x-access-token': 'Bearer a.b.c' } })).toBe('malformed')
    expect(statusOf(bare, { headers: { authorization: 'Bearer a.b.c' } })).toBe('none')
    expect(statusOf({ in: 'header', scheme: 'JWT' }, { headers: { authorization: 'jwt a.b.c' } })).toBe('token a.b.c')
  })

  it.each([
    ['/', 'none'],
    ['/?jwt=', 'none'],
    ['/?other=a.b.c', 'none'],
    ['/?jwt=a.b.c', 'token a.b.c'],
    ['/?a=1&%6Awt=a.b.c', 'token a.b.c'],
    ['/?jwt=a.b.c&jwt=a.b.c', 'repeated'],
    ['/?jwt=a%20b', 'malformed'],
    ['/?jwt=%ff', 'malformed'],
    ['/?jwt=%', 'malformed'],
    ['/?JWT=a.b.c', 'none'],
    ['/?jwt[]=a.b.c', 'none'],
  ])('reads the query of %s: %s', (url, status) => {
    expect(statusOf({ in: 'insecureQuery' }, { url })).toBe(status)
  })

  it('asks for the prefix of a query parameter, where there is one', () => {
    const location = { in: 'insecureQuery', name: 'token', prefix: 'Bearer ' }
    expect(statusOf(location, { url: '/?token=Bearer+a.b.c' })).toBe('token a.b.c')
    expect(statusOf(location, { url: '/?token=a.b.c' })).toBe('malformed')
    expect(statusOf(location, { url: '/?token=Bearer+' })).toBe('malformed')
  })

  it('reads a cookie under its name alone', () => {
    const location = { in: 'cookie' }
    expect(statusOf(location, { headers: { cookie: 'a=1; __Host-access_token=a.b.c' } })).toBe('token a.b.c')
    expect(statusOf(location, { headers: { cookie: 'access_token=a.b.c' } })).toBe('none')
    expect(statusOf(location, { headers: { cookie: '__Host-access_token=' } })).toBe('none')
    expect(statusOf(location, { headers: { cookie: '__Host-access_token=a b' } })).toBe('malformed')
    const two = '__Host-access_token=a; __Host-access_token=b'
    expect(statusOf(location, { headers: { cookie: two } })).toBe('repeated')
  })

  it('names cookies as Flask-JWT-Extended does where that is spoken', () => {
    const flask = { secure: true, flask: true }
    const reader = readerOf({ in: 'cookie', holds: 'refresh', doubleSubmit: true }, flask)
    expect(reader.cookie?.name).toBe('refresh_token_cookie')
    expect(reader.doubleSubmit?.cookie.name).toBe('csrf_refresh_token')
    expect(readerOf({ in: 'cookie' }, flask).cookie?.name).toBe('access_token_cookie')
  })

  it.each<[unknown, string]>([
    [{ access_token: 'a.b.c' }, 'token'],
    [{ access_token: '' }, 'none'],
    [{}, 'none'],
    [[], 'none'],
    [['a.b.c'], 'none'],
    [null, 'none'],
    [undefined, 'none'],
    ['access_token', 'none'],
    [{ access_token: 1 }, 'malformed'],
    [{ access_token: ['a.b.c'] }, 'malformed'],
    [{ access_token: null }, 'malformed'],
    [{ access_token: 'a b' }, 'malformed'],
    [Object.create({ access_token: 'a.b.c' }), 'none'],
  ])('reads the body %j: %s', (body, status) => {
    expect(readerOf({ in: 'insecureBody' }).readBody?.(body).status).toBe(status)
  })

  it('reads any request and any body without an exception', () => {
    const readers = [{ in: 'header' }, { in: 'cookie' }, { in: 'insecureQuery' }].map((each) => readerOf(each))
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const request = createTestRequest({ url: `/?jwt=${text}`, headers: { authorization: text, cookie: text } })
        for (const reader of readers) reader.read(request)
      }),
    )
    fc.assert(
      fc.property(fc.anything({ withNullPrototype: true }), (body) => {
        expect(readerOf({ in: 'insecureBody' }).readBody?.(body).status).not.toBe('token')
      }),
    )
  })

  it.each<[unknown, string]>([
    [[], 'tokens.locations'],
    ['header', 'tokens.locations'],
    [Array.from({ length: 11 }, () => ({ in: 'header' })), 'tokens.locations'],
    [['header'], 'tokens.locations[0].in'],
    [[{ in: 'query' }], 'tokens.locations[0].in'],
    [[{ in: 'body' }], 'tokens.locations[0].in'],
    [[Object.create({ in: 'header' })], 'tokens.locations[0].in'],
    [[{ in: 'header' }, { in: 'header', scheme: null }], 'tokens.locations[1]'],
    [[{ in: 'header', name: 'a b' }], 'tokens.locations[0].name'],
    [[{ in: 'header', scheme: '.*' }], 'tokens.locations[0].scheme'],
    [[{ in: 'header', holds: 'all' }], 'tokens.locations[0].holds'],
    [[{ in: 'header', prefix: 'x' }], 'tokens.locations[0].prefix'],
    [[{ in: 'cookie', holds: 'either' }], 'tokens.locations[0].holds'],
    [[{ in: 'cookie', cookie: { path: 'x' } }], 'tokens.locations[0].cookie.path'],
    [[{ in: 'cookie', cookie: 'x' }], 'tokens.locations[0].cookie'],
    [[{ in: 'cookie', doubleSubmit: 'x' }], 'tokens.locations[0].doubleSubmit'],
    [[{ in: 'insecureQuery', prefix: 1 }], 'tokens.locations[0].prefix'],
    [[{ in: 'insecureBody', name: '' }], 'tokens.locations[0].name'],
  ])('refuses %j', (locations, option) => {
    expect(() => resolveLocations(locations, GROUND)).toThrow(expect.objectContaining({ code: 'ERR_CONFIG', option }))
  })
})

describe('isJsonBody()', () => {
  it.each([
    ['application/json', true],
    ['Application/JSON; charset=utf-8', true],
    ['application/problem+json', true],
    ['text/plain', false],
    ['text/plain; application/json', false],
    ['application/jsonp', false],
    ['', false],
  ])('judges %j: %s', (type, verdict) => {
    expect(isJsonBody(createTestRequest({ headers: { 'content-type': type } }))).toBe(verdict)
  })
})

describe('describeAbsence()', () => {
  it('names the places, as Flask-JWT-Extended calls them', () => {
    expect(describeAbsence(resolveLocations(undefined, GROUND))).toBe('Missing Authorization Header')
    const all = ['header', 'cookie', 'insecureQuery', 'insecureBody'].map((place) => ({ in: place }))
    expect(describeAbsence(resolveLocations(all, GROUND))).toBe(
      'Missing JWT in headers or cookies or query_string or json',
    )
  })
})
