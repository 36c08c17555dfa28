import { createTestRuntime, TEST_SECRETS } from '@latchkey/testing'
import { describe, expect, it } from 'vitest'
import { createSessionCookie } from './http/cookie.ts'
import { createMemorySessionStore } from './memory/session-store.ts'
import { createRootSecrets } from './secrets.ts'
import { bindSessions } from './session-config.ts'
import { storedSessions } from './session/stored.ts'
import type { SessionGround } from './session/strategy.ts'

const runtime = createTestRuntime()
const ground = {
  cookie: createSessionCookie({}),
  runtime,
  emit: () => {},
  secrets: createRootSecrets(TEST_SECRETS),
  otherCookies: false,
}
const origins = { origin: 'https://app.test', trustedOrigins: [] }

describe('bindSessions()', () => {
  it('gives the strategy its ground, and nothing that is not there', () => {
    const grounds: SessionGround[] = []
    const stored = storedSessions(createMemorySessionStore())
    const sessions = { bind: (given: SessionGround) => (grounds.push(given), stored.bind(given)) }
    bindSessions({ ...origins, sessions }, ground)
    const { cookie, emit, secrets } = ground
    expect(grounds).toStrictEqual([
      { secrets, runtime, emit, cookie: { name: '__Host-session', capacity: cookie.capacity } },
    ])
  })

  it('needs an origin where a credential rides on a cookie', () => {
    const sessions = storedSessions(createMemorySessionStore())
    const fault = expect.objectContaining({ code: 'ERR_CONFIG', option: 'origin' })
    expect(() => bindSessions({ trustedOrigins: [], sessions }, ground)).toThrow(fault)
    expect(() => bindSessions({ trustedOrigins: [] }, { ...ground, otherCookies: true })).toThrow(fault)
    expect(bindSessions({ trustedOrigins: [] }, ground).sessions).toBeUndefined()
  })

  it.each([null, {}, createMemorySessionStore(), () => {}])('refuses %j for a strategy', (sessions) => {
    expect(() => bindSessions({ ...origins, sessions }, ground)).toThrow(
      expect.objectContaining({ code: 'ERR_CONFIG', option: 'sessions' }),
    )
  })
})
