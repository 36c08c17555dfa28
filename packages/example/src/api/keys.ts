/**
 * The caller's API keys.
 *
 * @module
 */

import type { ApiKeyInfo, ApiKeys } from '@latchkey/password'
import { invalidRequest, json, NO_CONTENT, NOT_FOUND, type Answer } from '../answer.ts'
import type { AppContext } from '../auth.ts'
import { parseApiKey } from '../input.ts'

/** The operations on API keys, for routes that ask for the scope `account`, which no key has. */
export interface Keys {
  /** Makes a key. The answer is the only place where it is ever shown. */
  create(context: AppContext, body: unknown): Promise<Answer>
  /** The good keys, newest first, without what makes them work. */
  list(context: AppContext): Promise<Answer>
  /** Ends one key. 404 also for another's. */
  revoke(context: AppContext, id: string): Promise<Answer>
  /** Ends all of them. */
  revokeAll(context: AppContext): Promise<Answer>
}

/** Creates the operations. */
export function createKeys(apiKeys: ApiKeys): Keys {
  return {
    async create({ principal }, body) {
      const input = parseApiKey(body)
      if (!input.ok) return invalidRequest(input)
      const { id, key } = await apiKeys.create(principal.subject, input.value)
      const { label, scopes, lifetime } = input.value
      return json(201, { id, key, label, scopes, expires_in: lifetime })
    },
    list: async ({ principal }) => json(200, (await apiKeys.list(principal.subject)).map(describe)),
    async revoke({ principal }, id) {
      return (await apiKeys.revoke(principal.subject, id)) ? NO_CONTENT : NOT_FOUND
    },
    async revokeAll({ principal }) {
      await apiKeys.revokeAll(principal.subject)
      return NO_CONTENT
    },
  }
}

function describe({ id, label, scopes, createdAt, expiresAt, lastUsedAt }: ApiKeyInfo): object {
  return {
    id,
    label,
    scopes,
    created_at: toText(createdAt),
    expires_at: toText(expiresAt),
    last_used_at: toText(lastUsedAt),
  }
}

function toText(time: number | null): string | null {
  return time === null ? null : new Date(time).toISOString()
}
