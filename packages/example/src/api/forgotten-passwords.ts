/**
 * Setting a new password when the old one is forgotten.
 *
 * @module
 */

import type { ApiKeys, PasswordReset } from '@latchkey/password'
import { ACCEPTED, invalidRequest, NO_CONTENT, type Answer } from '../answer.ts'
import type { Client } from '../client.ts'
import { parseForgotten, parsePasswordReset } from '../input.ts'

/** The operations on forgotten passwords. Their routes refuse pages of other sites, and ask for no login. */
export interface ForgottenPasswords {
  /** Mails a token to the address, if a user has it. The answer is the same for every text. */
  forgot(body: unknown, client: Client): Promise<Answer>
  /**
   * Sets a new password by such a token. Ends all sessions of the user, and the API keys as well: whoever had the password may have made
   * one. Logs nobody in.
   */
  reset(body: unknown): Promise<Answer>
}

/** Creates the operations. */
export function createForgottenPasswords(reset: PasswordReset, apiKeys: ApiKeys): ForgottenPasswords {
  return {
    async forgot(body, { address }) {
      const input = parseForgotten(body)
      if (!input.ok) return invalidRequest(input)
      await reset.request(input.value, { address })
      return ACCEPTED
    },
    async reset(body) {
      const input = parsePasswordReset(body)
      if (!input.ok) return invalidRequest(input)
      const result = await reset.reset(input.value.token, input.value.password)
      if (!result.ok) return result.denial
      await apiKeys.revokeAll(result.subject)
      return NO_CONTENT
    },
  }
}
