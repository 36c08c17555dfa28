/**
 * An application with password logins and no server, for the tests of this package.
 *
 * @module
 */

import {
  createAuth,
  createEffects,
  createMemorySessionStore,
  storedSessions,
  type Auth,
  type Context,
  type AccessTokenClaims,
  type JsonObject,
} from '@latchkey/core'
import { createTestRequest, createTestRuntime, interceptSessionStore, TEST_SECRETS } from '@latchkey/testing'
import { createPasswordHasher, type PasswordHasher } from './hasher.ts'
import type { PasswordEvent } from './password-events.ts'
import { createPasswordLogin, type PasswordLogin, type PasswordLoginOptions } from './password-login.ts'
import type { PasswordUser, PasswordUserLookup } from './users.ts'

/** A user of the test application. */
export interface TestUser {
  readonly id: string
  readonly name: string
}

/** A row of its table. */
export interface TestRow {
  readonly id: string
  readonly login: string
  hash: string | null
  disabled?: boolean
}

/** The right password of every user. */
export const PASSWORD = 'blue teapots sing at dusk'

const ORIGIN = 'https://app.test'

/** A hasher that is fast enough for tests. */
export const FAST_HASHER: PasswordHasher = createPasswordHasher({
  argon2id: { memory: 64, passes: 1 },
  insecureParametersForTests: true,
})

/** The test application. */
export interface TestLogin {
  readonly auth: Auth<TestUser>
  readonly login: PasswordLogin<TestUser>
  readonly rows: Map<string, TestRow>
  readonly users: PasswordUserLookup<TestUser>
  readonly events: PasswordEvent[]
  /** The calls so far, in order: of the table, the session store and the hasher. */
  readonly calls: string[]
  /** What runs before and after each call; to be set by a test. */
  readonly hooks: { before?: (call: string) => unknown; after?: (call: string) => unknown }
  readonly context: () => Context<TestUser, AccessTokenClaims, JsonObject>
  /** Sends a request with no credentials from another site. */
  readonly foreignContext: () => Context<TestUser, AccessTokenClaims, JsonObject>
}

/** Creates the test application. Users: `ann`; `dan`, disabled; `pat`, who has no password; `old`, with a hash of Werkzeug. */
export async function createTestLogin(
  overrides: Partial<PasswordLoginOptions<TestUser, JsonObject, AccessTokenClaims>> = {},
): Promise<TestLogin> {
  const calls: string[] = []
  const events: PasswordEvent[] = []
  const hooks: TestLogin['hooks'] = {}
  const hash = await FAST_HASHER.hash(PASSWORD)
  const rows = new Map<string, TestRow>(
    [
      { id: 'u-ann', login: 'ann', hash },
      { id: 'u-bob', login: 'bob', hash },
      { id: 'u-dan', login: 'dan', hash, disabled: true },
      { id: 'u-pat', login: 'pat', hash: null },
    ].map((row) => [row.id, row]),
  )

  async function around<Answer>(call: string, run: () => Answer | Promise<Answer>): Promise<Answer> {
    calls.push(call)
    await hooks.before?.(call)
    const answer = await run()
    await hooks.after?.(call)
    return answer
  }

  const toUser = (row: TestRow | undefined): PasswordUser<TestUser> | null =>
    row === undefined
      ? null
      : {
          subject: row.id,
          user: { id: row.id, name: row.login },
          passwordHash: row.hash,
          ...(row.disabled === undefined ? {} : { disabled: row.disabled }),
        }
  const users: PasswordUserLookup<TestUser> = {
    findById: (id) => toUser(rows.get(id))?.user,
    findByLogin: (login) => around('findByLogin', () => toUser([...rows.values()].find((row) => row.login === login))),
    findBySubject: (subject) => around('findBySubject', () => toUser(rows.get(subject))),
    updatePasswordHash: (subject, newHash, oldHash) =>
      around('updatePasswordHash', () => {
        const row = rows.get(subject)
        if (row === undefined || row.hash !== oldHash) return false
        row.hash = newHash
        return true
      }),
  }
  const auth = createAuth<TestUser>({
    origin: ORIGIN,
    secrets: TEST_SECRETS,
    tokens: { issuer: 'https://api.test', audience: 'api' },
    sessions: storedSessions(
      interceptSessionStore(createMemorySessionStore(), {
        before: async (name) => {
          calls.push(name)
          await hooks.before?.(name)
        },
        after: (name) => hooks.after?.(name),
      }),
    ),
    users,
    runtime: createTestRuntime(),
  })
  const base = overrides.hasher ?? FAST_HASHER
  const hasher: PasswordHasher = {
    hash: (password) => around('hash', () => base.hash(password)),
    verify: (password, stored) => around('verify', () => base.verify(password, stored)),
  }
  const login = createPasswordLogin<TestUser>({
    auth,
    users,
    onEvent: (event) => events.push(event),
    ...overrides,
    hasher,
  })
  const open = (origin: string): Context<TestUser, AccessTokenClaims, JsonObject> =>
    auth.open(createTestRequest({ method: 'POST', headers: { origin } }), createEffects())
  return {
    auth,
    login,
    rows,
    users,
    events,
    calls,
    hooks,
    context: () => open(ORIGIN),
    foreignContext: () => open('https://evil.test'),
  }
}
