/**
 * An application in a process of its own, on a database that it shares with others.
 *
 * @module
 */

import { createAuth, createEffects, storedSessions, type Session, type SessionStoreParts } from '@latchkey/core'

const ORIGIN = 'https://app.test'
const SECRETS = { 1: 'latchkey-test-secret:Zk3uQ9vXw7RtY2pLs8Ba' }

/** What a test does with an application. Cookies are pairs of name and value. */
export interface Application {
  /** Logs `alice` in and gives the cookie. */
  logIn(): Promise<string>
  /** Ends the session of a cookie. */
  logOut(cookie: string): Promise<void>
  /** Ends all sessions of `alice`. */
  cutOff(): Promise<void>
  /** The session that a request with the cookie has. */
  arrive(cookie: string): Promise<Session>
}

/** Creates an application on a store. */
export function createApplication(store: SessionStoreParts): Application {
  const auth = createAuth<{ readonly id: string }>({
    origin: ORIGIN,
    secrets: SECRETS,
    sessions: storedSessions(store, { maxDataSize: MAX_DATA_SIZE }),
    users: { findById: (id) => ({ id }) },
  })
  const open = (cookie = '') => {
    const effects = createEffects()
    const fields = new Map([['origin', ORIGIN], ...(cookie === '' ? [] : [['cookie', cookie] as const])])
    const request = { method: 'POST', url: '/', headers: { get: (name: string) => fields.get(name) ?? null } }
    return { effects, context: auth.open(request, effects) }
  }
  const arrive = async (cookie: string): Promise<Session> => {
    const { context } = open(cookie)
    await auth.guard({ optional: true })(context)
    return context.session()
  }
  return {
    async logIn() {
      const { context, effects } = open()
      const result = await auth.login(context, { subject: 'alice', deliver: 'cookie' })
      if (!result.ok) throw new Error('The login was refused')
      let lines: readonly string[] = []
      effects.flush({
        get: () => undefined,
        set() {},
        getSetCookie: () => lines,
        replaceSetCookie: (changed) => (lines = changed),
      })
      return lines[0]?.split(';')[0] ?? ''
    },
    logOut: async (cookie) => void (await (await arrive(cookie)).destroy()),
    cutOff: async () => void (await auth.revokeAllSessions('alice')),
    arrive,
  }
}

const MAX_DATA_SIZE = 1_000_000

/** Values so long that a write of them takes a while; whoever sees but a part of them sees that they do not fit. */
export function valuesOf(round: number): { readonly first: number; readonly text: string; readonly last: number } {
  return { first: round, text: `${round} `.repeat(40_000), last: round }
}
