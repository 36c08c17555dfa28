/**
 * What the tabs of a client share: the tokens, or that there are none any more.
 *
 * @module
 */

import type { ClientStorage } from './platform.ts'

/** A session as the client knows it. Times in epoch milliseconds of its own clock. */
export interface ActiveState {
  /** Tells one login from the next. Public, and known to nobody but this client. */
  readonly session: string
  readonly accessToken: string
  readonly issuedAt: number
  readonly renewAt: number
  readonly expiresAt: number
  /** Null where the refresh token rides in a cookie. */
  readonly refreshToken: string | null
}

/** The session ended, by the server's word or by a logout. It stands where the tokens stood, so that no late answer takes their place. */
export interface EndedState {
  readonly session: string
  readonly ended: true
}

/** Null: nothing was kept yet, or what was kept is not ours. */
export type ClientState = ActiveState | EndedState | null

/** The tokens' one place. */
export interface ClientVault {
  read(): Promise<ClientState>
  write(state: ActiveState | EndedState): Promise<void>
}

/** Tells whether there are tokens. */
export function isActive(state: ClientState): state is ActiveState {
  return state !== null && !('ended' in state)
}

/** Keeps the state as JSON under one key. */
export function createVault(storage: ClientStorage, key: string): ClientVault {
  return {
    read: async () => parseState(await storage.getItem(key)),
    async write(state) {
      await storage.setItem(key, JSON.stringify(state))
    },
  }
}

/**
 * Decides what becomes of tokens that a renewal brought.
 *
 * @param before The state whose refresh token was exchanged; null for a cookie that nobody knew of.
 * @param stored What is kept now.
 * @param next The tokens that came.
 * @returns `next` when they are to be kept; else what holds in their place: somebody logged out or in meanwhile, or another tab has
 * newer ones.
 */
export function settle(before: ActiveState | null, stored: ClientState, next: ActiveState): ClientState {
  if (before === null) return stored ?? next
  if (stored === null || 'ended' in stored || stored.session !== before.session) return stored
  return stored.refreshToken !== before.refreshToken && isOlder(next.refreshToken, stored.refreshToken) ? stored : next
}

/**
 * Tells whether a refresh token comes before another one of its session. Latchkey's own name their generation; of others nobody knows,
 * and the one that came last is kept.
 */
function isOlder(token: string | null, than: string | null): boolean {
  const [one, other] = [generationOf(token), generationOf(than)]
  return one !== undefined && other !== undefined && one < other
}

function generationOf(token: string | null): number | undefined {
  const generation = /^lkr_[0-9a-f]{32}\.(\d{1,10})\./.exec(token ?? '')?.[1]
  return generation === undefined ? undefined : Number(generation)
}

function parseState(text: unknown): ClientState {
  if (typeof text !== 'string') return null
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return null
  }
  if (typeof value !== 'object' || value === null) return null
  const { session, ended, accessToken, issuedAt, renewAt, expiresAt, refreshToken } = value as Record<string, unknown>
  if (typeof session !== 'string') return null
  if (ended === true) return { session, ended }
  if (typeof accessToken !== 'string' || (typeof refreshToken !== 'string' && refreshToken !== null)) return null
  if (typeof issuedAt !== 'number' || typeof renewAt !== 'number' || typeof expiresAt !== 'number') return null
  return { session, accessToken, issuedAt, renewAt, expiresAt, refreshToken }
}
