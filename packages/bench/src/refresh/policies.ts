/**
 * Servers that exchange refresh tokens: ours, and the policies of others as small functions.
 *
 * @module
 */

import { createAuth, createMemorySessionStore, storedSessions } from '@latchkey/core'
import { createTestRequest, createTestRuntime, TEST_SECRETS } from '@latchkey/testing'

/** The answer to an exchange; null: `invalid_grant`, after which a client logs its user out. */
export type Exchanged = { readonly token: string } | null

/** One session of one user on one server. */
export interface TokenServer {
  /** The token of the login. */
  readonly first: string
  /** The exchange, at the time to which `setClock` was set. */
  exchange(token: string): Promise<Exchanged> | Exchanged
  setClock(now: number): void
  /** Whether the session was ended because a token came back: somebody was found out. */
  isEnded(): boolean
}

/** A way to exchange refresh tokens, and where it comes from. */
export interface RefreshPolicy {
  readonly name: string
  readonly source: string
  begin(start: number): Promise<TokenServer>
}

/** How long access tokens live, everywhere. */
export const LIFETIME = 600_000

/** How long peers with a grace period give, and what our `reuseWindow` is by default. */
const GRACE = 10_000

/** The exchange itself on the memory store: no model of it. */
function latchkey(name: string, source: string, reuse: 'recover' | 'strict'): RefreshPolicy {
  return {
    name,
    source,
    async begin(start) {
      const runtime = createTestRuntime({ now: start })
      let isEnded = false
      const auth = createAuth({
        origin: 'https://app.test',
        secrets: TEST_SECRETS,
        tokens: { issuer: 'https://api.test', audience: 'api', lifetime: LIFETIME / 1_000 },
        sessions: storedSessions(createMemorySessionStore(), { reuse }),
        onEvent: (event) => {
          if (event.type === 'suspicious' && event.reason === 'refresh_reused') isEnded = true
        },
        runtime,
      })
      const sink = { open: true, setCookie() {}, setHeader() {} }
      const context = auth.open(createTestRequest({ method: 'POST' }), sink)
      const login = await auth.login(context, { subject: 'user-1', deliver: 'tokens' })
      if (!login.ok) throw new Error(login.code)
      return {
        first: login.tokens.refresh_token,
        async exchange(token) {
          const result = await auth.refresh(token)
          return result.ok ? { token: result.tokens.refresh_token } : null
        },
        setClock: runtime.set,
        isEnded: () => isEnded,
      }
    },
  }
}

/** One session under a policy that is a function of the presented token and the time. */
function modelled(name: string, source: string, begin: (mint: () => string) => PolicyState): RefreshPolicy {
  return {
    name,
    source,
    async begin(start) {
      let now = start
      let count = 0
      let isEnded = false
      const state = begin(() => `token-${(count += 1)}`)
      return {
        first: 'token-0',
        exchange(token) {
          if (isEnded) return null
          const outcome = state(token, now)
          if (outcome === null) isEnded = true
          return outcome === null ? null : { token: outcome }
        },
        setClock: (value) => {
          now = value
        },
        isEnded: () => isEnded,
      }
    },
  }
}

/** The token to give; null: the presented one was used before, which ends the session. */
type PolicyState = (token: string, now: number) => string | null

const strictLoser = modelled(
  'strict loser',
  'One use for each token; a second one, by whomever, ends the family: RFC 9700 section 4.14.2 without a grace period, as Ory Hydra had it (ory/hydra issue 1831)',
  (mint) => {
    let current = 'token-0'
    return (token) => {
      if (token !== current) return null
      current = mint()
      return current
    }
  },
)

const remintInGrace = modelled(
  're-mint in grace',
  'A used token stays good for a grace period and gives a new sibling each time; later it ends the family: Ory Hydra\u2019s graceful token refresh, Amazon Cognito\u2019s RetryGracePeriodSeconds',
  (mint) => {
    const firstUse = new Map<string, number>()
    return (token, now) => {
      const used = firstUse.get(token)
      if (used === undefined) firstUse.set(token, now)
      return used === undefined || now - used < GRACE ? mint() : null
    }
  },
)

const hashWithoutReplay = modelled(
  'hash without replay',
  'Only a hash of the successor is kept, so that a repeated exchange cannot give it again: in the grace period it gives an access token and the old refresh token, later it ends the family (django-oauth-toolkit issue 702, with reuse protection)',
  (mint) => {
    let current = 'token-0'
    const usedAt = new Map<string, number>()
    return (token, now) => {
      if (token === current) {
        usedAt.set(token, now)
        current = mint()
        return current
      }
      return now - (usedAt.get(token) ?? -Infinity) < GRACE ? token : null
    }
  },
)

/** All that are compared, ours first. */
export const POLICIES: readonly RefreshPolicy[] = [
  latchkey('latchkey', '`auth.refresh` with its defaults', 'recover'),
  latchkey('latchkey, strict', '`auth.refresh` with `reuse: "strict"`', 'strict'),
  strictLoser,
  remintInGrace,
  hashWithoutReplay,
]
