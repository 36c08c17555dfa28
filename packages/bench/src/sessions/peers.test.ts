import { expect, it } from 'vitest'
import { forgeCookie } from '../forgery.ts'
import { createBetterAuthSessions, createExpressSessions } from './peers.ts'

it.each([
  ['express-session', () => createExpressSessions()],
  ['better-auth', () => createBetterAuthSessions({ cookieCache: false })],
  ['better-auth with its cookie cache', () => createBetterAuthSessions({ cookieCache: true })],
])('%s reads the value by its own cookie, and by no other', async (_, create) => {
  const { cookie, visit } = await create()
  expect(await visit(cookie, 1)).toBe('Ada')
  expect(await visit(forgeCookie(cookie), 1)).toBeNull()
  expect(await visit('none=1', 1)).toBeNull()
})
