import { describe, expect, it } from 'vitest'
import { createTestAuth, ORIGIN } from '../auth.fixture.ts'

describe('beginSession()', () => {
  it('never adopts an id that the client made up', async () => {
    const { auth, open } = createTestAuth()
    const id = 'f'.repeat(32)
    const { context } = open({
      method: 'POST',
      headers: { origin: ORIGIN, cookie: `__Host-session=lks_${id}.0.${'A'.repeat(43)}` },
    })
    await auth.login(context, { subject: 'user-1', deliver: 'cookie' })
    expect(context.principal.sessionId).not.toBe(id)
  })

  it('carries over the values that are named, and no other', async () => {
    const { auth, open, visit } = createTestAuth()
    const visitor = await visit({}, { optional: true })
    await (await visitor.context.session()).update({ cart: [1], theme: null, secret: 'x' })
    const { context } = open({ method: 'POST', headers: { origin: ORIGIN, cookie: visitor.cookiePair() } })
    const result = await auth.login(context, {
      subject: 'user-1',
      deliver: 'cookie',
      carry: ['cart', 'theme', 'absent', 'constructor'],
    })
    const session = result.ok ? result.session : undefined
    expect(session?.keys()).toEqual(['cart', 'theme'])
    expect(session?.get('cart')).toEqual([1])
  })

  it('carries what was written a moment ago, by this request or another, and leaves no session behind', async () => {
    const { auth, visit, runtime } = createTestAuth()
    const first = await visit({ method: 'POST', headers: { origin: ORIGIN } }, { optional: true })
    await (await first.context.session()).set('cart', ['new'])
    const result = await auth.login(first.context, { subject: 'user-1', deliver: 'cookie', carry: ['cart'] })
    expect(result.ok && result.session.get('cart')).toEqual(['new'])

    const visitor = await visit({}, { optional: true })
    await (await visitor.context.session()).set('cart', ['old'])
    const cookie = visitor.cookiePair()
    const here = await visit({ method: 'POST', headers: { origin: ORIGIN, cookie } }, { optional: true })
    const other = await visit({ headers: { cookie } }, { optional: true })
    await (await other.context.session()).set('cart', ['old', 'new'])
    const second = await auth.login(here.context, { subject: 'user-1', deliver: 'cookie', carry: ['cart'] })
    expect(second.ok && second.session.get('cart')).toEqual(['old', 'new'])
    runtime.advance('30d')
    expect(await auth.sweep()).toBe(2)
  })

  it('keeps no session that nobody can use when the former one cannot be ended', async () => {
    const { auth, open, logIn, hooks } = createTestAuth()
    const cookie = await logIn('user-1')
    let failures = 1
    hooks.before = (name) => {
      if (name === 'destroy' && failures-- > 0) throw new Error('down')
    }
    const { context } = open({ method: 'POST', headers: { origin: ORIGIN, cookie } })
    await expect(auth.login(context, { subject: 'user-2', deliver: 'cookie' })).rejects.toThrow(
      expect.objectContaining({ status: 503 }),
    )
    expect(await auth.listSessions('user-2')).toEqual([])
    expect(await auth.listSessions('user-1')).toHaveLength(1)
  })
})
