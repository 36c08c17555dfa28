/**
 * Honest clients: tabs that share one refresh token, with and without the help of `@latchkey/client`.
 *
 * @module
 */

import { createAuthFetch, type ClientLocks, type ClientStorage, type FetchResponse } from '@latchkey/client'
import type { Random } from '../random.ts'
import type { SendExchange } from './network.ts'
import { LIFETIME } from './policies.ts'
import type { Timeline } from './timeline.ts'

/** What tabs are made of. */
export interface TabsInit {
  readonly timeline: Timeline
  readonly random: Random
  readonly send: SendExchange
  readonly first: string
  readonly tabs: number
  /** How long a tab without the helper waits before it asks again, in milliseconds. */
  readonly retryAfter: number
}

/** The tabs of one user. */
export interface Tabs {
  /** The user opens the browser: the tabs come to life, for so long. */
  open(milliseconds: number): void
  /** Whether a tab was told that the session is over: the user is logged out. */
  isLoggedOut(): boolean
  /** The refresh token that the tabs share. */
  token(): string
}

/** What happens in every tab of a browser that is opened: not all at the same instant. */
const WAKE_UP = 2_000

/**
 * Tabs as most single-page applications have them: each renews when its own access token has expired, with the refresh token that
 * is in the shared jar at that moment, and asks again after a fixed pause. The jar holds the answer that came last.
 */
export function createPlainTabs({ timeline, random, send, first, tabs, retryAfter }: TabsInit): Tabs {
  let jar = first
  let isLoggedOut = false
  let closesAt = 0

  function renew(): void {
    if (timeline.now() >= closesAt || isLoggedOut) return
    send(jar, (answer) => {
      if (answer === 'lost') return void timeline.after(retryAfter, renew)
      if (answer === null) {
        isLoggedOut = true
        return
      }
      jar = answer.token
      timeline.after(LIFETIME, renew)
    })
  }

  return {
    open(milliseconds) {
      closesAt = timeline.now() + milliseconds
      for (let tab = 0; tab < tabs; tab += 1) timeline.after(random() * WAKE_UP, renew)
    },
    isLoggedOut: () => isLoggedOut,
    token: () => jar,
  }
}

/** The same tabs with the helper: the code that browsers run, on simulated time, one storage and one lock. Each uses its token now and then. */
export function createHelpedTabs({ timeline, random, send, first, tabs }: TabsInit): Tabs {
  const values = new Map<string, string>()
  const storage: ClientStorage = {
    getItem: (key) => values.get(key) ?? null,
    setItem: (key, value) => values.set(key, value),
  }
  let isLoggedOut = false
  let jar = first
  let closesAt = 0
  let count = 0

  const answerOf = (token: string): object => {
    jar = token
    count += 1
    return { access_token: `access-${count}`, expires_in: LIFETIME / 1_000, refresh_token: token }
  }
  const respond = (status: number, body: object): FetchResponse => ({
    status,
    headers: { get: () => null },
    json: async () => body,
  })
  const options = {
    refresh: (token: string | null): Promise<FetchResponse> =>
      new Promise((resolve, reject) => {
        send(token ?? '', (answer) => {
          if (answer === 'lost') reject(new TypeError('The answer is lost'))
          else
            resolve(answer === null ? respond(400, { error: 'invalid_grant' }) : respond(200, answerOf(answer.token)))
        })
      }),
    fetch: async () => respond(200, {}),
    origins: ['https://api.test'],
    storage,
    locks: createLocks(),
    runtime: {
      now: timeline.now,
      random,
      // Asynchronous, so that the timeline waits for what a timer sets in motion.
      startTimer: (milliseconds: number, callback: () => void) => timeline.after(milliseconds, async () => callback()),
    },
    onEnd: () => {
      isLoggedOut = true
    },
  }
  const clients = Array.from({ length: tabs }, () => createAuthFetch(options))
  const begun = clients[0]?.begin(answerOf(first))

  function use(client: (typeof clients)[number]): void {
    timeline.after(random() * 2 * USE_EVERY, async () => {
      if (timeline.now() >= closesAt || isLoggedOut) return
      await begun
      // Not awaited: what it waits for happens on this very timeline.
      client.accessToken().then(
        () => use(client),
        () => use(client),
      )
    })
  }

  return {
    open(milliseconds) {
      closesAt = timeline.now() + milliseconds
      for (const client of clients) use(client)
    },
    isLoggedOut: () => isLoggedOut,
    token: () => jar,
  }
}

/** How often a tab sends a request, in the mean. */
const USE_EVERY = 20_000

/** Web Locks, in one process: who asks first is served first. */
function createLocks(): ClientLocks {
  let last: Promise<unknown> = Promise.resolve()
  return {
    async request(_name, callback) {
      const before = last
      const { promise, resolve } = Promise.withResolvers<void>()
      last = promise
      await before
      try {
        return await callback()
      } finally {
        resolve()
      }
    },
  }
}
