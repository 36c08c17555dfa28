/**
 * The values of the caller's session, with or without a login.
 *
 * @module
 */

import { isFault, type JsonValue } from '@latchkey/core'
import { invalidRequest, json, NO_CONTENT, refusal, type Answer } from '../answer.ts'
import type { AppContext } from '../auth.ts'
import { parseSessionValue } from '../input.ts'

/**
 * The operations on session values, for routes with an optional guard. Two requests that write at the same time both succeed: a
 * `SessionConflictError` comes only when the session has ended meanwhile, and the adapter answers it with 409.
 */
export interface SessionValues {
  /** All values as one object; empty without a session. */
  read(context: AppContext): Promise<Answer>
  /** Sets one value. The first one makes the session. */
  set(context: AppContext, key: string, body: unknown): Promise<Answer>
  /** Removes one value; nothing when there is none. */
  remove(context: AppContext, key: string): Promise<Answer>
}

/** The operations. */
export const sessionValues: SessionValues = {
  async read(context) {
    const session = await context.session()
    return json(200, Object.fromEntries(session.keys().map((key) => [key, session.get(key)])))
  },
  async set(context, key, body) {
    const input = parseSessionValue(body)
    if (!input.ok) return invalidRequest(input)
    const session = await context.session()
    try {
      // Whether it is a JSON value that a session can hold is for the session to say.
      await session.set(key, input.value as JsonValue)
    } catch (error) {
      return answerUsageError(error)
    }
    return NO_CONTENT
  },
  async remove(context, key) {
    const session = await context.session()
    await session.delete(key)
    return NO_CONTENT
  },
}

/** Key and value come from the client here, so that these faults are the client's; any other one is thrown on. */
function answerUsageError(error: unknown): Answer {
  if (!isFault(error) || error.code !== 'ERR_USAGE') throw error
  switch (error.reason) {
    case 'session_too_large':
    case 'cookie_too_large':
      return refusal(413, 'session_too_large')
    case 'key_invalid':
      return invalidRequest({ ok: false, fields: ['key'] })
    case 'value_not_json':
      return invalidRequest({ ok: false, fields: ['value'] })
    default:
      throw error
  }
}
