/**
 * The client that an application works with.
 *
 * @module
 */

import { ask } from './asking.ts'
import { isActive } from './client-state.ts'
import { resolveOptions, type AuthFetchOptions } from './options.ts'
import { prepareRequest, type RequestInitLike } from './outgoing.ts'
import type { AnyFetch, FetchResponse, PlatformFetch } from './platform.ts'
import { createRenewal } from './renewing.ts'
import { judgeRevocation, readTokenAnswer, saysInvalidToken } from './token-answer.ts'

/**
 * What a logout came to. The client has no tokens any more, whatever it says. `revoked`: the server knows. Where it is false, the session
 * lives on there until it expires.
 */
export interface LogoutOutcome {
  /** Whether the server has confirmed that the session is over. */
  readonly revoked: boolean
}

/** One login of a page or an application. */
export interface AuthFetch<Fetch extends AnyFetch = PlatformFetch> {
  /**
   * A `fetch` that sends the access token along, to the configured origins alone, and renews it in time. A 401 that says `invalid_token`
   * renews it, too, and the request is sent once more, unless its body is a stream. Without a session, requests go out as they are.
   *
   * Besides what `fetch` rejects with, it rejects with an `AuthFetchError` when there is a session and no token to be had: the server that
   * renews is out of reach, which says nothing about the session.
   */
  readonly fetch: Fetch
  /**
   * Begins a session with the tokens that a login brought (RFC 6749 section 5.1), as they were parsed; one that was there is forgotten. Where `carry` is `cookie` the tokens may
   * be left out: then the cookie is asked.
   *
   * @throws {TypeError} When they are no tokens.
   */
  begin(tokens?: unknown): Promise<void>
  /**
   * The access token, renewed if need be, for what is no `fetch`, such as a WebSocket's first message. Null when there is no session.
   *
   * @throws {AuthFetchError} As `fetch` does.
   */
  accessToken(): Promise<string | null>
  /**
   * Ends the session: first here, at once, for all tabs, then on the server, with retries. No renewal that is under way brings it back. Resolves
   * also when the server could not be told.
   */
  logout(): Promise<LogoutOutcome>
}

/**
 * Creates a client.
 *
 * Tabs that share a storage share the tokens. Where there are Web Locks one tab renews for all; elsewhere tabs may renew at once,
 * and get the same token by the server's reuse window.
 *
 * @example
 *
 * ```ts
 * import { createAuthFetch } from '@latchkey/client'
 *
 * const auth = createAuthFetch({
 *   refreshUrl: 'https://api.example.com/auth/refresh',
 *   revokeUrl: 'https://api.example.com/auth/revoke',
 *   onEnd: () => console.log('Please log in again'),
 * })
 * const answer = await auth.fetch('https://api.example.com/notes')
 * ```
 *
 * @throws {AuthFetchError} `ERR_CONFIG`, for an option that is missing, unknown or out of range.
 */
export function createAuthFetch<Fetch extends AnyFetch = PlatformFetch>(
  options: AuthFetchOptions<Fetch>,
): AuthFetch<Fetch> {
  const config = resolveOptions(options)
  const renewal = createRenewal(config)
  const { vault } = renewal

  async function authFetch(input: unknown, init: RequestInitLike = {}): Promise<FetchResponse> {
    const outgoing = prepareRequest(input, init, config)
    if (outgoing === undefined) return config.fetch(input, init)
    const token = await unlessAborted(renewal.tokenFor(), outgoing.signal)
    const response = await config.fetch(...outgoing.withToken(token))
    if (token === null || !outgoing.isRepeatable || !(await saysInvalidToken(response))) return response
    const next = await unlessAborted(renewal.tokenFor(token), outgoing.signal)
    return next === null || next === token ? response : config.fetch(...outgoing.withToken(next))
  }

  return Object.freeze<AuthFetch<Fetch>>({
    fetch: authFetch as unknown as Fetch,
    async begin(tokens) {
      const read = readTokenAnswer(tokens)
      if (read === undefined && !(config.inCookie && tokens === undefined)) {
        throw new TypeError('These are no tokens: access_token, expires_in and refresh_token are needed')
      }
      if (read?.refresh_token === undefined && !config.inCookie) throw new TypeError('A refresh_token is needed')
      const interrupted = renewal.interrupt()
      const session = renewal.nameSession()
      // Without tokens: one that has expired already, so that the next request asks the cookie.
      const begun = read ?? { access_token: '-', expires_in: 1 }
      const state = renewal.stateOf(session, begun, null)
      await vault.write(read === undefined ? { ...state, expiresAt: state.issuedAt } : state)
      await interrupted
    },
    accessToken: () => renewal.tokenFor(),
    async logout() {
      const state = await vault.read()
      const session = state?.session ?? renewal.nameSession()
      const ended = { session, ended: true } as const
      await vault.write(ended)
      const interrupted = renewal.interrupt()
      const token = isActive(state) ? state.refreshToken : null
      const { revoke, inCookie } = config
      const canTell = revoke !== undefined && (inCookie || token !== null)
      // A token that is unknown by now is one that nobody can use any more.
      const answer = canTell
        ? await ask(config, { send: revoke, token: async () => token, judge: judgeRevocation })
        : undefined
      await interrupted
      // Another tab's renewal may have read before the logout, and written after it.
      await renewal.locked(async () => {
        const stored = await vault.read()
        if (isActive(stored) && stored.session === session) await vault.write(ended)
      })
      return { revoked: answer?.status === 'revoked' }
    },
  })
}

async function unlessAborted<Value>(promise: Promise<Value>, signal: AbortSignal | undefined): Promise<Value> {
  if (signal === undefined) return promise
  signal.throwIfAborted()
  let stopListening = (): void => {}
  const aborted = new Promise<never>((_, reject) => {
    const abort = (): void => reject(signal.reason as unknown)
    signal.addEventListener('abort', abort)
    stopListening = () => signal.removeEventListener('abort', abort)
  })
  try {
    return await Promise.race([promise, aborted])
  } finally {
    stopListening()
  }
}
