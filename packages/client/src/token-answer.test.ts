import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { respond } from './client.fixture.ts'
import { judgeAnswer, judgeRevocation, readTokenAnswer, saysInvalidToken } from './token-answer.ts'

const TOKENS = { access_token: 'a.b.c', expires_in: 600, refresh_token: 'lkr_1' }
const NOW = Date.parse('2027-01-15T08:00:00Z')

describe('judgeAnswer()', () => {
  it('takes the tokens of RFC 6749 section 5.1, and nothing beside them', async () => {
    const answer = respond(200, { ...TOKENS, token_type: 'Bearer', scope: 'notes' })
    expect(await judgeAnswer(answer, NOW)).toEqual({ status: 'granted', tokens: TOKENS })
  })

  it.each([400, 401])('takes invalid_grant for the end: %i', async (status) => {
    expect(await judgeAnswer(respond(status, { error: 'invalid_grant' }), NOW)).toEqual({ status: 'ended' })
  })

  it.each([
    [400, { error: 'invalid_request' }],
    [401, {}],
    [403, { error: 'cross_origin' }],
    [403, { error: 'invalid_grant' }],
    [404, { error: 'invalid_grant' }],
    [302, {}],
    [204, null],
  ])('ends no session by %i %j', async (status, body) => {
    const answer = status === 204 ? new Response(null, { status }) : respond(status, body)
    expect(await judgeAnswer(answer, NOW)).toEqual({ status: 'refused' })
  })

  it.each([408, 425, 429, 500, 502, 503, 504])(
    'asks again after %i, even if its body says invalid_grant',
    async (status) => {
      expect(await judgeAnswer(respond(status, { error: 'invalid_grant' }), NOW)).toEqual({
        status: 'again',
        retryAfter: 0,
      })
    },
  )

  it.each([
    ['7', 7_000],
    ['0', 0],
    ['Fri, 15 Jan 2027 08:00:05 GMT', 5_000],
    ['Fri, 15 Jan 2027 07:00:00 GMT', 0],
    ['soon', 0],
    ['-1', 0],
  ])('reads Retry-After: %s', async (value, retryAfter) => {
    expect(await judgeAnswer(respond(503, {}, { 'retry-after': value }), NOW)).toEqual({ status: 'again', retryAfter })
  })

  it('asks again after half an answer', async () => {
    for (const body of ['', '{"access_token":', '<html>log in to the hotel</html>']) {
      expect(await judgeAnswer(new Response(body), NOW)).toEqual({ status: 'again', retryAfter: 0 })
    }
  })
})

describe('readTokenAnswer()', () => {
  it.each([
    ['no object', 'text'],
    ['null', null],
    ['without an access token', { expires_in: 1 }],
    ['with an access token that breaks a header', { ...TOKENS, access_token: 'a\r\nx: y' }],
    ['with an empty access token', { ...TOKENS, access_token: '' }],
    ['without a lifetime', { access_token: 'a' }],
    ['with a lifetime of text', { ...TOKENS, expires_in: '600' }],
    ['with a lifetime of nothing', { ...TOKENS, expires_in: 0 }],
    ['with a lifetime without end', { ...TOKENS, expires_in: Infinity }],
    ['with an empty refresh token', { ...TOKENS, refresh_token: '' }],
    ['with a refresh token that is no text', { ...TOKENS, refresh_token: 1 }],
  ])('reads nothing from a body that is %s', (_, body) => {
    expect(readTokenAnswer(body)).toBeUndefined()
  })

  it('never throws', () => {
    fc.assert(
      fc.property(fc.anything(), (body) => {
        const read = readTokenAnswer(body)
        expect(read === undefined || typeof read.access_token === 'string').toBe(true)
      }),
    )
  })
})

describe('judgeRevocation()', () => {
  it.each([
    [200, 'revoked'],
    [204, 'revoked'],
    [400, 'refused'],
    [503, 'again'],
  ])('takes %i for %s', async (status, expected) => {
    expect(await judgeRevocation(new Response(null, { status }), NOW)).toMatchObject({ status: expected })
  })
})

describe('saysInvalidToken()', () => {
  it.each([
    ['Bearer realm="api", error="invalid_token"', true],
    ['Bearer error=invalid_token', true],
    ['Bearer realm="api"', false],
    ['Bearer realm="api", error="insufficient_user_authentication"', false],
    ['Bearer realm="error=invalid_token"', false],
  ])('reads the challenge %s', async (challenge, expected) => {
    expect(await saysInvalidToken(respond(401, {}, { 'www-authenticate': challenge }))).toBe(expected)
  })

  it('reads the body where the challenge is hidden, and leaves it to be read', async () => {
    const response = respond(401, { error: 'invalid_token' })
    expect(await saysInvalidToken(response)).toBe(true)
    expect(await response.json()).toEqual({ error: 'invalid_token' })
    expect(await saysInvalidToken(respond(401, { error: 'authentication_required' }))).toBe(false)
    expect(await saysInvalidToken(new Response('no JSON', { status: 401 }))).toBe(false)
  })

  it('minds no other status', async () => {
    const challenge = { 'www-authenticate': 'Bearer error="invalid_token"' }
    expect(await saysInvalidToken(respond(403, { error: 'invalid_token' }, challenge))).toBe(false)
  })
})
