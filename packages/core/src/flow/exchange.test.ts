import { createTestRequest, createTestRuntime, TEST_SECRETS } from '@latchkey/testing'
import { describe, expect, it } from 'vitest'
import { ORIGIN } from '../auth.fixture.ts'
import { resolveConfig } from '../config.ts'
import { createEffects } from '../http/effects.ts'
import { createMemorySessionStore } from '../memory/session-store.ts'
import type { SessionRecord } from '../ports.ts'
import { storedSessions } from '../session/stored.ts'
import {
  carrierOf,
  engineOf,
  isCrossOrigin,
  isCrossOriginChange,
  presentSession,
  principalOf,
  readSessionCookie,
} from './exchange.ts'

const runtime = createTestRuntime()

function exchange(method: string, headers: Record<string, string>, changes: object = {}) {
  const sessions = storedSessions(createMemorySessionStore())
  const config = resolveConfig({ origin: ORIGIN, secrets: TEST_SECRETS, sessions, runtime, ...changes })
  return {
    config,
    request: createTestRequest({ method, headers }),
    sink: createEffects(),
    cookie: undefined,
    presented: undefined,
    replaced: false,
  }
}

describe('isCrossOrigin() and isCrossOriginChange()', () => {
  it.each<[string, Record<string, string>, boolean, boolean]>([
    ['GET', { cookie: 'a=1', origin: 'https://evil.test' }, false, false],
    ['POST', { cookie: 'a=1', origin: ORIGIN }, false, false],
    ['POST', { cookie: 'a=1', origin: 'https://evil.test' }, true, true],
    ['POST', { origin: 'https://evil.test' }, true, true],
    ['POST', { cookie: 'a=1' }, true, true],
    // Neither a cookie nor a header that browsers send: no browser, and nothing to ride on.
    ['POST', {}, true, false],
    ['POST', { cookie: '' }, true, true],
  ])('%s with %j: %s, %s', (method, headers, riding, changing) => {
    expect(isCrossOrigin(exchange(method, headers))).toBe(riding)
    expect(isCrossOriginChange(exchange(method, headers))).toBe(changing)
  })
})

describe('readSessionCookie()', () => {
  it('reads the header once, however often the cookie is asked for', async () => {
    const current = exchange('GET', { cookie: 'a=1; __Host-session=nonsense' })
    const asked: string[] = []
    const request = {
      ...current.request,
      headers: {
        get: (name: string) => {
          asked.push(name)
          return current.request.headers.get(name)
        },
      },
    }
    const watched = { ...current, request }
    expect(readSessionCookie(watched)).toEqual({ status: 'one', value: 'nonsense' })
    expect(await presentSession(watched)).toEqual({ status: 'unknown' })
    expect(readSessionCookie(watched)).toEqual({ status: 'one', value: 'nonsense' })
    expect(asked).toEqual(['cookie'])
  })
})

describe('presentSession()', () => {
  it('looks the cookie up once, and tells caches that the answer depends on it', async () => {
    const current = exchange('GET', { cookie: '__Host-session=nonsense' })
    expect(presentSession(current)).toBe(presentSession(current))
    expect(await presentSession(current)).toEqual({ status: 'unknown' })
    expect(await presentSession(exchange('GET', {}))).toEqual({ status: 'none' })
    expect(await presentSession(exchange('GET', { cookie: '__Host-session=a; __Host-session=b' }))).toEqual({
      status: 'ambiguous',
    })
  })
})

describe('carrierOf()', () => {
  it('gives a persistent cookie the life that the session has left, in whole seconds, and any other none', () => {
    const lines: string[] = []
    const current = {
      ...exchange('GET', {}),
      sink: { open: true, setCookie: (_: string, line: string) => void lines.push(line), setHeader() {} },
    }
    const record = { idleExpiresAt: runtime.now() + 1_500, persistent: true } as SessionRecord
    carrierOf(current).issue(record, 'credential')
    carrierOf(current).issue({ ...record, idleExpiresAt: runtime.now() - 1 }, 'credential')
    carrierOf(current).issue({ ...record, persistent: false }, 'credential')
    expect(lines.map((line) => /Max-Age=(\d+)/.exec(line)?.[1])).toEqual(['2', '1', undefined])
  })
})

describe('engineOf()', () => {
  it('says so where sessions are not configured', () => {
    const { config } = exchange('GET', {}, { sessions: undefined, tokens: { issuer: 'i', audience: 'a' } })
    expect(() => engineOf(config)).toThrow(expect.objectContaining({ reason: 'not_configured' }))
  })
})

describe('principalOf()', () => {
  it('knows nobody behind a session without a subject', () => {
    expect(principalOf({ subject: null } as SessionRecord)).toBeNull()
  })
})
