import { describe, expect, it } from 'vitest'
import { createTestAuth } from '../auth.fixture.ts'

describe('useSession()', () => {
  it('renews once per touchEvery, and sends the cookie then only', async () => {
    const { logIn, visit, runtime, storeCalls } = createTestAuth()
    const cookie = await logIn('user-1')
    storeCalls.length = 0
    runtime.advance('299s')
    expect((await visit({ headers: { cookie } })).cookies).toEqual([])
    runtime.advance('1s')
    const due = await visit({ headers: { cookie } })
    expect(due.cookies).toEqual([`${cookie}; Max-Age=${7 * 86_400}; Path=/; HttpOnly; Secure; SameSite=Lax`])
    expect((await visit({ headers: { cookie } })).cookies).toEqual([])
    expect(storeCalls).toEqual(['read', 'read', 'touch', 'read', 'read'])
  })

  it('lets an active session live on, to its absolute end', async () => {
    const { logIn, visit, runtime } = createTestAuth()
    const cookie = await logIn('user-1')
    for (let day = 1; day < 30; day += 1) {
      runtime.advance('1d')
      expect((await visit({ headers: { cookie } })).context.authentication.status).toBe('authenticated')
    }
    runtime.advance('86399s')
    expect((await visit({ headers: { cookie } })).context.authentication.status).toBe('authenticated')
    runtime.advance('1s')
    expect((await visit({ headers: { cookie } })).context.authentication.status).toBe('rejected')
  })

  it('lets passive routes renew nothing', async () => {
    const { logIn, visit, runtime, storeCalls } = createTestAuth()
    const cookie = await logIn('user-1')
    storeCalls.length = 0
    runtime.advance('6d')
    expect((await visit({ headers: { cookie } }, { passive: true })).cookies).toEqual([])
    runtime.advance('1d')
    expect((await visit({ headers: { cookie } }, { passive: true })).denial?.status).toBe(401)
    expect(storeCalls).toEqual(['read', 'read'])
  })

  it('skips silently when the response has begun', async () => {
    const { auth, logIn, open, runtime, storeCalls } = createTestAuth()
    const cookie = await logIn('user-1')
    runtime.advance('1d')
    storeCalls.length = 0
    const { context, effects, flush } = open({ headers: { cookie } })
    flush()
    expect(effects.open).toBe(false)
    expect(await auth.guard()(context)).toBeUndefined()
    expect(storeCalls).toEqual(['read'])
  })

  it('refuses a session that ended between the look and the renewal', async () => {
    const { auth, logIn, visit, runtime, hooks } = createTestAuth()
    const cookie = await logIn('user-1')
    runtime.advance('1d')
    hooks.before = async (name) => {
      if (name === 'touch') await auth.revokeAllSessions('user-1')
    }
    const { context, cookies } = await visit({ headers: { cookie } })
    expect(context.authentication).toEqual({ status: 'rejected', code: 'session_unknown' })
    expect(cookies).toEqual([expect.stringContaining('Max-Age=0')])
  })
})
