/**
 * Where the caller is logged in, and logging out there.
 *
 * @module
 */

import { json, NO_CONTENT, NOT_FOUND, NOT_IMPLEMENTED, type Answer } from '../answer.ts'
import type { AppAuth, AppContext } from '../auth.ts'

/** The operations on the caller's sessions, for guarded routes. */
export interface Devices {
  /** The live sessions, newest first. */
  list(context: AppContext): Promise<Answer>
  /** Ends one session; the current one as well. */
  revoke(context: AppContext, id: string): Promise<Answer>
  /** Ends all sessions but the current one: the cookie's, or the one that the access token was issued in. */
  revokeOthers(context: AppContext): Promise<Answer>
}

/** Where sessions are in their cookies alone, nobody knows them all. */
export const NO_DEVICES: Devices = {
  list: async () => NOT_IMPLEMENTED,
  revoke: async () => NOT_IMPLEMENTED,
  revokeOthers: async () => NOT_IMPLEMENTED,
}

/** Creates the operations. */
export function createDevices(auth: AppAuth): Devices {
  return {
    async list({ principal }) {
      const sessions = await auth.listSessions(principal.subject)
      const described = sessions.map(({ id, createdAt, lastSeenAt, label, userAgent, address }) => ({
        id,
        created_at: new Date(createdAt).toISOString(),
        last_seen_at: new Date(lastSeenAt).toISOString(),
        current: id === principal.sessionId,
        label,
        user_agent: userAgent,
        address,
      }))
      return json(200, described)
    },
    async revoke({ principal }, id) {
      return (await auth.revokeSession(principal.subject, id)) ? NO_CONTENT : NOT_FOUND
    },
    async revokeOthers({ principal: { subject, sessionId } }) {
      await auth.revokeAllSessions(subject, sessionId === undefined ? {} : { except: sessionId })
      return NO_CONTENT
    },
  }
}
