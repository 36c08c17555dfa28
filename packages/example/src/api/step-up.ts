/**
 * Proving one's identity again, without signing out.
 *
 * @module
 */

import { invalidRequest, json, NO_CONTENT, NOT_FOUND, type Answer } from '../answer.ts'
import type { AppAuth, AppContext } from '../auth.ts'
import type { Client } from '../client.ts'
import { parseStepUp } from '../input.ts'
import type { AppLogin } from '../password-login.ts'

/**
 * Checks the caller's password again, for a guarded route. A cookie session goes on under a new cookie; an API client gets new tokens, and
 * its refresh token from before is dead.
 */
export type StepUp = (context: AppContext, body: unknown, client: Client) => Promise<Answer>

/** Creates the operation. */
export function createStepUp(auth: AppAuth, login: AppLogin): StepUp {
  return async function stepUp(context, body, { address }) {
    const input = parseStepUp(body)
    if (!input.ok) return invalidRequest(input)
    const user = await context.user()
    // Whoever is gone by now has no address, and no password is right for that.
    const checked = await login.check({ login: user?.email ?? '', password: input.value.password, address })
    if (!checked.ok) return checked.denial
    if (checked.subject !== context.principal.subject) return NOT_FOUND
    const result = await auth.elevate(context, { amr: ['pwd'], epoch: checked.epoch })
    if (!result.ok) return result.denial
    return result.deliver === 'tokens' ? json(200, result.tokens) : NO_CONTENT
  }
}
