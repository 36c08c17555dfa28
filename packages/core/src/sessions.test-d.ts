import { expectTypeOf, it } from 'vitest'
import type { EffectSink } from './http/effects.ts'
import type { Session } from './session/session.ts'
import { createSessions, type SessionsOptions } from './sessions.ts'
import type { SessionStrategy } from './session/strategy.ts'

interface Values {
  cart: number[]
}

declare const options: Omit<SessionsOptions<Values>, 'sessions'>
declare const strategy: SessionStrategy<Values>
declare const sink: EffectSink

it('the values of the strategy are those of the sessions, and a request of the Fetch standard is one', async () => {
  const sessions = createSessions({ ...options, sessions: strategy })
  const opened = await sessions.open(new Request('https://app.test/'), sink)
  // @ts-expect-error A refusal has no session.
  expectTypeOf(opened.session).toBeObject()
  if (!opened.ok) return
  expectTypeOf(opened.session).toEqualTypeOf<Session<Values>>()
  const login = await opened.login({ subject: '7' })
  if (login.ok) expectTypeOf(login.session).toEqualTypeOf<Session<Values>>()
  // @ts-expect-error A session of a cookie is delivered by nothing else.
  await opened.login({ subject: '7', deliver: 'tokens' })
})

it('what sessions cannot do without has to be given', () => {
  // @ts-expect-error No origin.
  createSessions({ secrets: {}, sessions: strategy })
  // @ts-expect-error No secrets.
  createSessions({ origin: 'https://app.test', sessions: strategy })
})
