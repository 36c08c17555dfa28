import { createMemorySessionStore } from '@latchkey/core'
import { expect, it } from 'vitest'
import { forgeCookie } from '../forgery.ts'
import { createOurSessions } from './ours.ts'

it('a visit reads the value by the cookie of the login, and by no other', async () => {
  const { cookie, visit, write } = await createOurSessions(createMemorySessionStore())
  await write('key', 1)
  expect(await visit(cookie, 1)).toBe('Ada')
  expect(await visit(forgeCookie(cookie), 1)).toBeNull()
  expect(await visit('none=1', 1)).toBeNull()
})
