import { createMemorySessionStore, type Session } from '@latchkey/core'
import { describe, expect, it } from 'vitest'
import { createTestApplication, createTestSession } from './application.ts'

describe('createTestApplication()', () => {
  it('keeps a visitor’s session from request to request', async () => {
    const application = createTestApplication(createMemorySessionStore())
    const cookie = await application.begin({ cart: 1 })
    const first = await application.visit(cookie)
    expect([first.session.get('cart'), first.session.subject, first.cookie()]).toEqual([1, null, cookie])
    await first.session.destroy()
    const second = await application.visit(cookie)
    expect([second.session.id, second.cookie()]).toEqual([null, ''])
  })

  it('logs in, and ends the session that the browser had', async () => {
    const application = createTestApplication(createMemorySessionStore())
    const before = await application.begin()
    const cookie = await application.logIn('alice', { cookie: before })
    expect((await application.visit(cookie)).session.subject).toBe('alice')
    expect((await application.visit(before)).session.id).toBeNull()
  })

  it('tells that a login was refused', async () => {
    const application = createTestApplication(createMemorySessionStore())
    const epoch = await application.auth.epochOf('alice')
    await application.auth.revokeAllSessions('alice')
    await expect(application.logIn('alice', { epoch })).resolves.toBeUndefined()
  })
})

describe('createTestSession()', () => {
  interface Data {
    readonly cart: { readonly count: number }
    readonly flash: string
  }
  const show = async (session: Session<Data>): Promise<string> =>
    `${session.get('cart')?.count ?? 0} ${(await session.take('flash')) ?? ''}`

  it('is what a function that takes a session is tested with', async () => {
    const session = await createTestSession<Data>({ cart: { count: 2 }, flash: 'saved' }, { subject: 'alice' })
    expect(session.subject).toBe('alice')
    expect([await show(session), await show(session)]).toEqual(['2 saved', '2 '])
    expect(() => Object.assign(session.get('cart') ?? {}, { count: 3 })).toThrow(TypeError)
    await session.destroy()
    await expect(session.set('flash', 'late')).rejects.toThrow(expect.objectContaining({ reason: 'gone' }))
  })

  it('is a new visitor’s without values and subject', async () => {
    const store = createMemorySessionStore()
    const session = await createTestSession<Data>({}, { store })
    expect([session.id, session.subject]).toEqual([null, null])
    await session.set('flash', 'x')
    expect(await store.read(session.id ?? '', { now: 1_800_000_000_000 })).toMatchObject({ data: { flash: 'x' } })
  })
})
