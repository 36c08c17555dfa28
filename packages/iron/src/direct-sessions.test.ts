import { createEffects, createSessions, toResponseHeaders } from '@latchkey/core'
import { createTestRuntime, TEST_SECRETS } from '@latchkey/testing'
import { expect, it } from 'vitest'
import { sealedSessions } from './index.ts'

const ORIGIN = 'https://app.test'
const sessions = createSessions({
  origin: ORIGIN,
  secrets: TEST_SECRETS,
  sessions: sealedSessions<{ cart: number[] }>(),
  runtime: createTestRuntime(),
})

async function visit(cookie = '', origin = ORIGIN) {
  const effects = createEffects()
  const result = await sessions.open(new Request(ORIGIN, { method: 'POST', headers: { origin, cookie } }), effects)
  if (!result.ok) throw new Error(result.code)
  const send = (): string => {
    const headers = new Headers()
    effects.flush(toResponseHeaders(headers))
    return headers.getSetCookie()[0]?.split(';')[0] ?? ''
  }
  return { ...result, send }
}

it('sealed sessions open without createAuth: values, a login that keeps some, a rotation and a logout', async () => {
  const first = await visit()
  await first.session.set('cart', [1])
  const before = first.send()
  expect(before).toMatch(/^__Host-session=Fe26\.2\*/)

  const second = await visit(before)
  const login = await second.login({ subject: '7', carry: ['cart'] })
  expect(login.ok && [login.session.get('cart'), login.principal.subject]).toEqual([[1], '7'])
  const after = second.send()

  const third = await visit(after)
  expect(third.principal?.subject).toBe('7')
  await third.session.rotate()
  const rotated = third.send()
  expect(rotated).not.toBe(after)

  const fourth = await visit(rotated)
  expect(fourth.session.get('cart')).toEqual([1])
  await fourth.session.destroy()
  expect(fourth.send()).toBe('__Host-session=')
  await expect(visit(rotated, 'https://evil.test')).rejects.toThrow('cross_origin')
})
