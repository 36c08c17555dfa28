/**
 * What the library tells the application about, apart from answers: one typed union, without secrets.
 *
 * @module
 */

import type { OriginProblem, RejectionCode } from './authentication.ts'

/**
 * A security event. `sessionId` is the public id. No event holds a token, cookie, secret, header or session value.
 *
 * - `session_created`, `session_destroyed`, `session_rotated`: the life of a record.
 * - `session_elevated`: its subject proved its identity again (step-up).
 * - `sessions_revoked`: all sessions of a subject ended (`count` of them were alive, 0 where nobody counts them: sealed sessions).
 * - `session_expired`: a presented session had passed its idle or absolute timeout.
 * - `session_conflict`: a write was refused because another request had changed what it relied on (`conflict`), or the session ended (`gone`).
 * - `session_undecodable`: a session cannot be used, and counts as none. `row`: the store holds what is no record of this release's;
 *   `schema`: its values do not match the schema; `migration`: `migrate` failed on them; `newer`: a later version wrote them.
 * - `misconfigured`: requests show that the service is reached in another way than its configuration says, so that logins cannot work;
 *   told once for each reason. See `Misconfiguration`.
 * - `rejected`: credentials were refused, with the fine-grained code that the client does not see.
 * - `refresh_recovered`: a refresh token was used again after its window, its successor was never seen, and a new one was given.
 * - `suspicious`: something that an honest client does not do by itself.
 */
export type AuthEvent =
  | { readonly type: 'session_created'; readonly sessionId: string; readonly subject: string | null }
  | { readonly type: 'session_destroyed'; readonly sessionId: string; readonly subject: string | null }
  | { readonly type: 'session_rotated'; readonly sessionId: string; readonly subject: string | null }
  | { readonly type: 'session_elevated'; readonly sessionId: string; readonly subject: string }
  | { readonly type: 'sessions_revoked'; readonly subject: string; readonly count: number }
  | { readonly type: 'session_expired'; readonly sessionId: string; readonly reason: 'idle' | 'absolute' }
  | { readonly type: 'session_conflict'; readonly sessionId: string; readonly reason: 'conflict' | 'gone' }
  | {
      readonly type: 'session_undecodable'
      readonly sessionId: string
      readonly reason: 'row' | 'schema' | 'migration' | 'newer'
    }
  | { readonly type: 'misconfigured'; readonly reason: Misconfiguration }
  | { readonly type: 'rejected'; readonly code: RejectionCode }
  | { readonly type: 'refresh_recovered'; readonly sessionId: string }
  | {
      readonly type: 'suspicious'
      readonly reason: 'cookie_ambiguous' | 'credential_mismatch' | 'refresh_reused' | 'store_regressed'
      readonly sessionId?: string
    }

/**
 * Something that keeps logins from working and that the application can mend. `cookie_over_http`: a cookie with `Secure` is sent to a
 * client that a proxy says came by plain http, which will drop it.
 */
export type Misconfiguration = OriginProblem | 'cookie_over_http'

/**
 * Receives events, synchronously, in the order in which they happen. What it throws is ignored, so that a failing
 * logger never turns into a failing request; a promise that it returns is not awaited, and its rejection ignored.
 */
export type EventListener = (event: AuthEvent) => void
