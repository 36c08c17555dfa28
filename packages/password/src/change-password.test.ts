import { describe, expect, it } from 'vitest'
import { createTestLogin, PASSWORD, type TestLogin } from './login.fixture.ts'
import { createLoginLimiter } from './login-limiter.ts'

const NEXT = 'green kettles hum at dawn'

async function logIn(app: TestLogin, password: string) {
  return app.login.login(app.context(), { login: 'ann', password, deliver: 'cookie' })
}

function change(app: TestLogin, overrides: object = {}) {
  return app.login.changePassword({ subject: 'u-ann', current: PASSWORD, next: NEXT, ...overrides })
}

describe('changePassword()', () => {
  it('commits the new hash, then ends the sessions: all but the one that asks', async () => {
    const app = await createTestLogin()
    await logIn(app, PASSWORD)
    await logIn(app, PASSWORD)
    const mine = (await app.auth.listSessions('u-ann'))[0]?.id
    app.calls.length = 0
    app.events.length = 0
    expect(await change(app, { except: mine })).toEqual({ ok: true, revoked: 1 })
    expect(app.calls).toEqual(['findBySubject', 'verify', 'hash', 'updatePasswordHash', 'destroyAllForSubject'])
    expect((await app.auth.listSessions('u-ann')).map(({ id }) => id)).toEqual([mine])
    expect(app.events).toEqual([{ type: 'password_changed', subject: 'u-ann' }])
    expect(await logIn(app, PASSWORD)).toMatchObject({ ok: false, code: 'invalid_credentials' })
    expect(await logIn(app, NEXT)).toMatchObject({ ok: true })
  })

  it.each([
    ['a wrong current password', { current: 'wrong' }, 'mismatch'],
    ['no current password', { current: undefined }, undefined],
    ['a current password that is an object', { current: {} }, undefined],
    ['a subject who is gone', { subject: 'u-eve' }, 'unknown_login'],
    ['a disabled user', { subject: 'u-dan' }, 'disabled'],
    ['a user without a password', { subject: 'u-pat' }, 'no_hash'],
  ])('refuses %s and writes nothing', async (_, overrides, reason) => {
    const app = await createTestLogin()
    expect(await change(app, overrides)).toMatchObject({
      ok: false,
      code: 'invalid_credentials',
      denial: { status: 401, body: { error: 'invalid_credentials' } },
    })
    expect(app.calls).not.toContain('updatePasswordHash')
    expect(app.calls).not.toContain('destroyAllForSubject')
    expect(app.events.map((event) => ('reason' in event ? event.reason : event.type))).toEqual(
      reason === undefined ? [] : [reason],
    )
  })

  it.each([
    ['too_short', 'short', {}],
    ['malformed', undefined, {}],
    ['predictable', 'aaaaaaaaaaaaaaaa', {}],
    ['context', 'latchkey-latchkey', {}],
    ['context', 'annabel2annabel!', { contextWords: ['annabel'] }],
  ])('refuses a new password as %s: %s', async (problem, next, overrides) => {
    const app = await createTestLogin({ newPassword: { contextWords: ['latchkey'] } })
    expect(await change(app, { next, ...overrides })).toEqual({
      ok: false,
      code: 'unacceptable',
      problem,
      denial: {
        status: 422,
        headers: { 'cache-control': 'no-store' },
        body: { error: `password_${problem}` },
      },
    })
    expect(app.calls).not.toContain('updatePasswordHash')
  })

  it('lets one of two changes at the same time win', async () => {
    const app = await createTestLogin()
    const results = await Promise.all([change(app, { next: `${NEXT} one` }), change(app, { next: `${NEXT} two` })])
    expect(results.filter(({ ok }) => ok)).toHaveLength(1)
    expect(results).toContainEqual(
      expect.objectContaining({ code: 'conflict', denial: expect.objectContaining({ status: 409 }) }),
    )
    const won = results[0]?.ok ? 'one' : 'two'
    expect(await logIn(app, `${NEXT} ${won}`)).toMatchObject({ ok: true })
  })

  it('counts guesses at the current password', async () => {
    const limiter = createLoginLimiter({ accountAddress: { attempts: 2, window: '1m' } })
    const app = await createTestLogin({ limiter })
    const attempt = () => change(app, { current: 'wrong', address: '192.0.2.1' })
    expect(await attempt()).toMatchObject({ code: 'invalid_credentials' })
    expect(await attempt()).toMatchObject({ code: 'invalid_credentials' })
    expect(await change(app, { address: '192.0.2.1' })).toMatchObject({ code: 'throttled', denial: { status: 429 } })
  })

  it.each([['findBySubject'], ['updatePasswordHash'], ['destroyAllForSubject']])(
    'fails with 503 when %s fails',
    async (failing) => {
      const app = await createTestLogin()
      app.hooks.before = (call) => {
        if (call === failing) throw new Error('connection lost')
      }
      await expect(change(app)).rejects.toMatchObject({ code: 'ERR_UNAVAILABLE' })
      expect(app.events.map(({ type }) => type)).not.toContain('password_changed')
    },
  )
})
