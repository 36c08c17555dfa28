import { createTestRequest } from '@latchkey/testing'
import { describe, expect, it } from 'vitest'
import { createTestAuth, ORIGIN, type TestAuth } from '../auth.fixture.ts'
import { closedSink } from '../http/effects.ts'
import { createMemorySessionStore } from '../memory/session-store.ts'
import { storedSessions } from '../session/stored.ts'

const POST = { method: 'POST', headers: { origin: ORIGIN } }

async function loginLine({ auth, open }: TestAuth, options: { readonly persistent?: boolean } = {}): Promise<string> {
  const exchange = open(POST)
  await auth.login(exchange.context, { subject: 'user-1', deliver: 'cookie', ...options })
  return exchange.cookies[0] ?? ''
}

const pairOf = (line: string): string => line.split(';')[0] ?? ''

describe('a login with "persistent"', () => {
  it('true gives a cookie that lives as long as the session may lie idle', async () => {
    expect(await loginLine(createTestAuth(), { persistent: true })).toContain('; Max-Age=604800;')
  })

  it('false gives a cookie that ends with the browser', async () => {
    expect(await loginLine(createTestAuth(), { persistent: false })).not.toMatch(/max-age|expires/i)
  })

  it('left out goes by the option of the strategy, which is true by default', async () => {
    expect(await loginLine(createTestAuth())).toContain('; Max-Age=')
    expect(await loginLine(createTestAuth({}, { persistent: false }))).not.toContain('Max-Age')
    expect(await loginLine(createTestAuth({}, { persistent: false }), { persistent: true })).toContain('; Max-Age=')
  })

  it.each([true, false])('%s survives a renewal and a rotation', async (persistent) => {
    const test = createTestAuth({}, { persistent: !persistent })
    const line = await loginLine(test, { persistent })
    test.runtime.advance('6m')
    const renewed = (await test.visit({ headers: { cookie: pairOf(line) } })).cookies[0] ?? ''
    expect(renewed.includes('Max-Age=')).toBe(persistent)
    const exchange = await test.visit({ method: 'POST', headers: { origin: ORIGIN, cookie: pairOf(renewed) } })
    await (await exchange.context.session()).rotate()
    const rotated = exchange.cookies[0] ?? ''
    expect(pairOf(rotated)).not.toBe(pairOf(renewed))
    expect(rotated.includes('Max-Age=')).toBe(persistent)
  })

  it.each(['idle', 'absolute'] as const)(
    'false does not outlive the %s timeout, whatever the browser keeps',
    async (kind) => {
      const test = createTestAuth({}, { idleTimeout: '1h', absoluteTimeout: kind === 'idle' ? '24h' : '1h' })
      const cookie = pairOf(await loginLine(test, { persistent: false }))
      test.runtime.advance(kind === 'idle' ? '59m' : '30m')
      const renewed = (await test.visit({ headers: { cookie } })).cookiePair()
      test.runtime.advance(kind === 'idle' ? '59m' : '29m')
      expect((await test.visit({ headers: { cookie: renewed } }, { passive: true })).denial).toBeUndefined()
      test.runtime.advance('1m')
      expect((await test.visit({ headers: { cookie: renewed } })).denial?.status).toBe(401)
    },
  )

  it.each([true, false])('%s of the strategy holds for a visitor\u2019s session as well', async (persistent) => {
    const { visit } = createTestAuth({}, { persistent })
    const exchange = await visit(POST, { optional: true })
    await (await exchange.context.session()).set('cart', [1])
    expect(exchange.cookies[0]?.includes('Max-Age=')).toBe(persistent)
  })

  it('is refused where tokens are given out, and where it is no boolean', async () => {
    const { auth, open } = createTestAuth()
    const refusal = expect.objectContaining({ code: 'ERR_USAGE', reason: 'argument' })
    const options = { subject: 'user-1', persistent: true }
    await expect(auth.login(open(POST).context, { ...options, deliver: 'tokens' })).rejects.toThrow(refusal)
    const odd = { subject: 'user-1', persistent: 'yes' as never, deliver: 'cookie' } as const
    await expect(auth.login(open(POST).context, odd)).rejects.toThrow(refusal)
  })
})

describe('a device list', () => {
  it('shows the user agent of the login’s request, and the address that the application names', async () => {
    const { auth, open } = createTestAuth()
    const request = { method: 'POST', headers: { origin: ORIGIN, 'user-agent': 'Mozilla/5.0 (X11)' } }
    const device = { subject: 'user-1', label: 'Laptop', address: '203.0.113.9' }
    await auth.login(open(request).context, { ...device, deliver: 'cookie', persistent: false })
    await auth.login(open(request).context, { ...device, deliver: 'tokens' })
    const known = { label: 'Laptop', userAgent: 'Mozilla/5.0 (X11)', address: '203.0.113.9' }
    const list = await auth.listSessions('user-1')
    expect(list).toHaveLength(2)
    expect(list).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ ...known, carrier: 'cookie', persistent: false }),
        expect.objectContaining({ ...known, carrier: 'refresh' }),
      ]),
    )
  })

  it('knows no user agent and no address where there is none, and cuts what is too long', async () => {
    const { auth, open } = createTestAuth()
    await auth.login(open(POST).context, { subject: 'user-1', deliver: 'cookie' })
    expect(await auth.listSessions('user-1')).toMatchObject([{ userAgent: null, address: null }])
    const long = auth.open(createTestRequest({ headers: { 'user-agent': 'a'.repeat(9_999) } }), closedSink)
    await auth.login(long, { subject: 'user-2', deliver: 'tokens', address: 'b'.repeat(9_999) })
    expect(await auth.listSessions('user-2')).toMatchObject([{ userAgent: 'a'.repeat(256), address: 'b'.repeat(64) }])
    const odd = { subject: 'user-1', deliver: 'tokens', address: 7 as never } as const
    await expect(auth.login(long, odd)).rejects.toThrow(expect.objectContaining({ reason: 'argument' }))
  })

  it('learns the user agent of a visitor\u2019s first write as well', async () => {
    const store = createMemorySessionStore()
    const { visit } = createTestAuth({ sessions: storedSessions(store) })
    const headers = { origin: ORIGIN, 'user-agent': 'Mozilla/5.0 (X11)' }
    const session = await (await visit({ method: 'POST', headers }, { optional: true })).context.session()
    await session.set('cart', [1])
    const record = await store.read(session.id ?? '', { now: 1 })
    expect(record).toMatchObject({ userAgent: 'Mozilla/5.0 (X11)', address: null, subject: null })
  })

  it('does not tell clients apart: another user agent opens the session all the same', async () => {
    const test = createTestAuth()
    const cookie = pairOf(await loginLine(test))
    expect((await test.visit({ headers: { cookie, 'user-agent': 'Another/1.0' } })).denial).toBeUndefined()
  })
})
