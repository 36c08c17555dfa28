import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createTestLogin, PASSWORD, type TestLogin } from './login.fixture.ts'

const INVALID = {
  ok: false,
  code: 'invalid_credentials',
  denial: {
    status: 401,
    headers: { 'cache-control': 'no-store', 'www-authenticate': expect.stringMatching(/^Bearer /) },
    body: { error: 'invalid_credentials' },
  },
}

function check(app: TestLogin, password: unknown, login: unknown) {
  return app.login.check({ login, password })
}

describe('user enumeration', () => {
  it.each([
    ['an unknown login name', 'eve', 'wrong', 'unknown_login', null],
    ['a wrong password', 'ann', 'wrong', 'mismatch', 'u-ann'],
    ['a disabled user and a wrong password', 'dan', 'wrong', 'mismatch', 'u-dan'],
    ['a disabled user and the right password', 'dan', PASSWORD, 'disabled', 'u-dan'],
    ['a user without a password', 'pat', PASSWORD, 'no_hash', 'u-pat'],
    ['the name of a member of Object.prototype', '__proto__', 'wrong', 'unknown_login', null],
    ['SQL', "ann' --", PASSWORD, 'unknown_login', null],
  ])('finds the same calls, one verification and one answer for %s', async (_, login, password, reason, subject) => {
    const app = await createTestLogin()
    expect(await check(app, password, login)).toEqual(INVALID)
    expect(app.calls).toEqual(['findByLogin', 'epochOf', 'findByLogin', 'verify'])
    expect(app.events).toEqual([{ type: 'password_refused', reason, subject }])
  })

  it.each([
    ['U+0000', 'ann\u0000'],
    ['a line end', 'ann\n2027-01-01 login ok'],
    ['an escape', '\u001b[31mann'],
    ['an unpaired surrogate', 'ann\ud800'],
  ])('never looks up a login name with %s, and hashes and answers alike', async (_, login) => {
    const app = await createTestLogin()
    expect(await check(app, PASSWORD, login)).toEqual(INVALID)
    expect(app.calls).toEqual(['epochOf', 'verify'])
  })

  it.each([
    ['no login name', '', PASSWORD],
    ['a login name that is null', null, PASSWORD],
    ['a login name that is an array', ['ann'], PASSWORD],
    ['a login name that is an object', { $gt: '' }, PASSWORD],
    ['a login name of 321 characters', 'a'.repeat(321), PASSWORD],
    ['no password', 'ann', ''],
    ['a password that is missing', 'ann', null],
    ['a password that is a number', 'ann', 12_345_678],
    ['a password that is an object', 'ann', { $gt: '' }],
    ['a password that is true', 'ann', true],
    ['a password of a mebibyte', 'ann', 'a'.repeat(2 ** 20)],
    ['a password with an unpaired surrogate', 'ann', 'aaaaaaaaaaaaaa\ud800'],
  ])('finds nothing called for %s', async (_, login, password) => {
    const app = await createTestLogin()
    expect(await check(app, password, login)).toMatchObject({ ok: false, code: 'malformed', denial: { status: 400 } })
    expect(app.calls).toEqual([])
  })

  it('finds no throw and no success for any values', async () => {
    const app = await createTestLogin()
    await fc.assert(
      fc.asyncProperty(fc.anything(), fc.anything(), async (login, password) => {
        expect(await app.login.check({ login, password })).toMatchObject({ ok: false })
      }),
      { numRuns: 200 },
    )
  })
})
