/**
 * Changing a password.
 *
 * @module
 */

import type { OneTimeTokens } from '@latchkey/password'
import { invalidRequest, NO_CONTENT, type Answer } from '../answer.ts'
import type { AppContext } from '../auth.ts'
import type { Client } from '../client.ts'
import { parsePasswordChange } from '../input.ts'
import type { AppLogin } from '../password-login.ts'

/** The operations on the caller's password, for guarded routes. */
export interface Passwords {
  /**
   * Replaces the password and ends the other sessions. The session of a cookie lives on under a new cookie, so that a copy of the old one
   * opens nothing. A caller with an access token logs in anew: its refresh token, of which there may be a copy too, is not here to be replaced.
   */
  change(context: AppContext, body: unknown, client: Client): Promise<Answer>
}

/** Creates the operations. */
export function createPasswords(login: AppLogin, resetTokens: OneTimeTokens): Passwords {
  return {
    async change(context, body, { address }) {
      const input = parsePasswordChange(body)
      if (!input.ok) return invalidRequest(input)
      const { principal, authentication } = context
      const bySession = authentication.status === 'authenticated' && authentication.via === 'session'
      const user = await context.user()
      const result = await login.changePassword({
        subject: principal.subject,
        current: input.value.current,
        next: input.value.next,
        except: bySession ? principal.sessionId : undefined,
        address,
        contextWords: user === null ? [] : [user.email],
      })
      if (!result.ok) return result.denial
      // A mail that is still under way must not undo the change.
      await resetTokens.revokeAll(principal.subject)
      if (bySession) await (await context.session()).rotate()
      return NO_CONTENT
    },
  }
}
