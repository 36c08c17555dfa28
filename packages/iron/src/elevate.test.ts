import { createMemoryRevocationStore } from '@latchkey/core'
import { describe, expect, it } from 'vitest'
import { createSealedApp } from './sealed.fixture.ts'

const OTP = { amr: ['otp'] } as const

describe('elevate(), of a sealed session', () => {
  it('renews the authentication, and ends the cookie from before where there is a revocation store', async () => {
    const app = createSealedApp({ revocations: createMemoryRevocationStore() })
    const before = await app.logIn('user-1', { amr: ['pwd'] })
    app.runtime.advance('1h')
    const [current, other] = [app.open(before), app.open(before)]
    for (const { context } of [current, other]) await app.auth.guard()(context)
    expect(await app.auth.elevate(current.context, OTP)).toMatchObject({ ok: true, deliver: 'cookie' })
    const after = current.cookie()
    expect(await app.auth.guard({ maxAge: '5m', amr: ['otp'] })(app.open(after).context)).toBeUndefined()
    expect(await app.judge(before)).toBe('session_unknown')
    expect(await app.auth.elevate(other.context, OTP)).toMatchObject({ ok: false, code: 'session_unknown' })
  })

  it('leaves the cookie from before as weak as it was where there is none', async () => {
    const app = createSealedApp()
    const before = await app.logIn('user-1', { amr: ['pwd'] })
    app.runtime.advance('1h')
    const current = app.open(before)
    await app.auth.guard()(current.context)
    await app.auth.elevate(current.context, OTP)
    expect(await app.auth.guard({ maxAge: '5m' })(app.open(current.cookie()).context)).toBeUndefined()
    expect(await app.judge(before)).toBe('in')
    expect((await app.auth.guard({ maxAge: '5m' })(app.open(before).context))?.status).toBe(401)
  })

  it('refuses a proof that was judged by what has changed since', async () => {
    const app = createSealedApp({ revocations: createMemoryRevocationStore() })
    const before = await app.logIn('user-1')
    const current = app.open(before)
    await app.auth.guard()(current.context)
    const epoch = await app.auth.epochOf('user-1')
    await app.auth.revokeAllSessions('user-1', { except: current.context.principal.sessionId ?? '' })
    expect(await app.auth.elevate(current.context, { ...OTP, epoch })).toMatchObject({ code: 'login_cut_off' })
    expect(await app.judge(before)).toBe('in')
  })
})
