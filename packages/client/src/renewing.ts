/**
 * Renewing tokens: once at a time, in all tabs together.
 *
 * @module
 */

import { ask } from './asking.ts'
import { createVault, isActive, settle, type ActiveState, type ClientState, type ClientVault } from './client-state.ts'
import { AuthFetchError } from './errors.ts'
import type { ClientConfig } from './options.ts'
import { renewalTime, restAfter } from './timing.ts'
import { judgeAnswer, type TokenAnswer } from './token-answer.ts'

/** The renewal of one client. */
export interface Renewal {
  readonly vault: ClientVault
  /**
   * The access token to send; null when there is no session. Waits where there is none that is still good, and renews one that soon
   * expires in the background.
   *
   * @param stale A token that the server did not take.
   * @throws {AuthFetchError} `ERR_UNAVAILABLE` or `ERR_REFUSED`.
   */
  tokenFor(stale?: string): Promise<string | null>
  /** The state that tokens make. */
  stateOf(session: string, tokens: TokenAnswer, before: ActiveState | null): ActiveState
  /** Makes a renewal that is under way stop without a trace: at once it may write nothing more, and it resolves when it has stopped. */
  interrupt(): Promise<void>
  /** Runs a task while no other tab renews. */
  locked<Result>(task: () => Promise<Result>): Promise<Result>
  /** A name for a login. */
  nameSession(): string
}

/** Creates the renewal of one client. */
export function createRenewal(config: ClientConfig): Renewal {
  const { runtime, inCookie } = config
  const vault = createVault(config.storage, config.storageKey)
  let current: { readonly stop: AbortController; readonly done: Promise<ClientState> } | undefined
  let restUntil = 0
  let seen: string | undefined

  const isGood = (state: ActiveState): boolean => runtime.now() >= state.issuedAt && runtime.now() < state.expiresAt
  const isDue = (state: ActiveState): boolean => !isGood(state) || runtime.now() >= state.renewAt
  /** A cookie that nobody has seen may be there all the same. */
  const mayRenew = (state: ClientState): state is ActiveState | null => (state === null ? inCookie : isActive(state))
  const nameSession = (): string => runtime.random().toString(36).slice(2)

  function stateOf(session: string, tokens: TokenAnswer, before: ActiveState | null): ActiveState {
    const now = runtime.now()
    const lifetime = tokens.expires_in * 1_000
    return {
      session,
      accessToken: tokens.access_token,
      issuedAt: now,
      renewAt: renewalTime(now, lifetime, config.renewAhead, runtime.random()),
      expiresAt: now + lifetime,
      // RFC 6749 section 6: the server may leave the old one as it is.
      refreshToken: inCookie ? null : (tokens.refresh_token ?? before?.refreshToken ?? null),
    }
  }

  /** Tells the application, once, that a session has ended which this page has seen alive. */
  function notice(state: ClientState): ClientState {
    if (isActive(state)) seen = state.session
    else if (state !== null && state.session === seen) {
      seen = undefined
      config.onEnd()
    }
    return state
  }

  async function tokenFor(stale?: string): Promise<string | null> {
    const state = notice(await vault.read())
    if (!mayRenew(state)) return null
    if (state !== null && state.accessToken !== stale && isGood(state)) {
      // Whoever needs the next token will hear of it; this request has one that is good.
      if (isDue(state)) renew(state.accessToken).catch(() => {})
      return state.accessToken
    }
    const renewed = notice(await renew(stale ?? state?.accessToken))
    return isActive(renewed) ? renewed.accessToken : null
  }

  function renew(stale: string | undefined): Promise<ClientState> {
    if (current === undefined) {
      const stop = new AbortController()
      const done = locked(() => exchange(stale, stop.signal)).finally(() => {
        if (current?.stop === stop) current = undefined
      })
      current = { stop, done }
    }
    return current.done
  }

  async function exchange(stale: string | undefined, stop: AbortSignal): Promise<ClientState> {
    let before: ActiveState | null = null
    /** What is presented; undefined once another tab, or a logout, has made the exchange needless. */
    async function presented(): Promise<string | null | undefined> {
      const state = await vault.read()
      if (!mayRenew(state)) return undefined
      if (state !== null && state.accessToken !== stale && !isDue(state)) return undefined
      before = state
      return before?.refreshToken ?? null
    }
    if (runtime.now() < restUntil) throw unavailable()
    const judgement = await ask(config, { send: config.refresh, token: presented, judge: judgeAnswer, stop })
    // From here to the write nothing may come between: with a storage that answers at once, nothing can.
    const stored = await vault.read()
    if (judgement === undefined || stop.aborted) return stored
    if (judgement.status === 'granted') {
      const known = before as ActiveState | null
      const next = stateOf(known?.session ?? nameSession(), judgement.tokens, known)
      const kept = settle(known, stored, next)
      if (kept === next) await vault.write(next)
      return kept
    }
    if (judgement.status === 'ended') return end(before, stored)
    if (judgement.status === 'refused') {
      throw new AuthFetchError(
        'ERR_REFUSED',
        'The server refused to renew the tokens, and not because the session is over',
      )
    }
    restUntil = runtime.now() + restAfter(judgement.retryAfter)
    throw unavailable()
  }

  /** The server says that the session is over. It may speak of a token that another tab has exchanged since, or of another login. */
  async function end(before: ActiveState | null, stored: ClientState): Promise<ClientState> {
    if (stored !== null && (!isActive(stored) || stored.accessToken !== before?.accessToken)) return stored
    const ended = { session: before?.session ?? nameSession(), ended: true } as const
    await vault.write(ended)
    return ended
  }

  async function locked<Result>(task: () => Promise<Result>): Promise<Result> {
    if (config.locks === undefined) return task()
    let isGranted = false
    try {
      return await config.locks.request(`latchkey:${config.storageKey}`, () => {
        isGranted = true
        return task()
      })
    } catch (error) {
      // A page without an origin of its own has locks that refuse. The server's reuse window does then what the lock would.
      if (isGranted) throw error
      return task()
    }
  }

  return {
    vault,
    tokenFor,
    stateOf,
    async interrupt() {
      const interrupted = current
      current = undefined
      restUntil = 0
      seen = undefined
      interrupted?.stop.abort()
      await interrupted?.done.catch(() => {})
    },
    locked,
    nameSession,
  }
}

function unavailable(): AuthFetchError {
  return new AuthFetchError('ERR_UNAVAILABLE', 'The server that renews tokens is out of reach')
}
