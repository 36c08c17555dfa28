/**
 * What callers may do.
 *
 * @module
 */

/** What an API key may be given: to read notes, and to write them. */
export const KEY_SCOPES = ['notes:read', 'notes:write'] as const

/**
 * What a login gives: everything. `account`, which the routes for sessions, API keys and the password ask for, is in no key, so that a
 * key that leaked makes no further ones and locks nobody out.
 */
export const LOGIN_SCOPES: readonly string[] = ['account', ...KEY_SCOPES]
