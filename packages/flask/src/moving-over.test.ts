import { readFileSync } from 'node:fs'
import {
  createAuth,
  createEffects,
  createMemorySessionStore,
  storedSessions,
  type JsonValue,
  type ResponseHeaders,
} from '@latchkey/core'
import { createTestRequest, createTestRuntime, TEST_SECRETS } from '@latchkey/testing'
import { describe, expect, it } from 'vitest'
import { createFlaskSessionReader } from './index.ts'

const { secret, now, cookies } = JSON.parse(
  readFileSync(new URL('../vectors/session-cookies.json', import.meta.url), 'utf8'),
) as { readonly secret: string; readonly now: number; readonly cookies: readonly { name: string; cookie: string }[] }
const cookieOf = (name: string) => `session=${cookies.find((each) => each.name === name)?.cookie}`

const runtime = createTestRuntime({ now: now * 1_000 })
const flask = createFlaskSessionReader({ secretKeys: [secret], runtime })

function createService() {
  const auth = createAuth({
    origin: 'https://app.test',
    secrets: TEST_SECRETS,
    sessions: storedSessions(createMemorySessionStore()),
    runtime,
  })

  /** Answers a request as a route that moves its callers over. */
  return async function visit(cookie: string) {
    const effects = createEffects()
    const context = auth.open(createTestRequest({ headers: { cookie } }), effects)
    await auth.guard({ optional: true })(context)
    if (context.authentication.status === 'anonymous') {
      const reading = await flask.read(cookie)
      const { user_id: id, name = null } = reading.status === 'read' ? reading.session.data : {}
      if (typeof id === 'number') {
        const login = await auth.login(context, { subject: String(id), amr: ['pwd'], deliver: 'cookie' })
        if (login.ok) await login.session.set('name', name as JsonValue)
      }
    }
    const session = await context.session()
    const lines: string[] = []
    const headers: ResponseHeaders = {
      get: () => undefined,
      set: () => {},
      getSetCookie: () => [],
      replaceSetCookie: (all) => void lines.push(...all),
    }
    effects.flush(headers)
    const { authentication } = context
    const subject = authentication.status === 'authenticated' ? authentication.principal.subject : null
    return { subject, name: session.get('name'), cookie: lines[0]?.split(';')[0] }
  }
}

describe('a visitor who is logged in to Flask', () => {
  it('is logged in here at the first request, with what is carried over, and keeps that session', async () => {
    const visit = createService()
    const first = await visit(cookieOf('simple'))
    expect(first).toMatchObject({ subject: '42', name: 'alice' })
    expect(first.cookie).toMatch(/^__Host-session=lks_/)
    const second = await visit(`${cookieOf('simple')}; ${first.cookie}`)
    expect(second).toEqual({ subject: '42', name: 'alice', cookie: undefined })
  })

  it.each(['unknown_key', 'tampered_payload', 'age_past_limit', 'sig_junk'])(
    'is not, when the cookie is not genuine or too old: %s',
    async (name) => {
      expect(await createService()(cookieOf(name))).toMatchObject({ subject: null, cookie: undefined })
    },
  )
})
