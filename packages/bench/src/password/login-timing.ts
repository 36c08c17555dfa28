/**
 * How long logins take that fail for different reasons.
 *
 * @module
 */

import { performance } from 'node:perf_hooks'
import { createAuth, createMemorySessionStore, storedSessions } from '@latchkey/core'
import {
  createPasswordHasher,
  createPasswordLogin,
  type PasswordHasher,
  type PasswordLogin,
  type PasswordUser,
} from '@latchkey/password'
import { TEST_SECRETS } from '@latchkey/testing'

/** A login of one kind. */
export interface LoginKind {
  readonly name: string
  readonly login: string
  readonly password: string
  readonly succeeds: boolean
}

const PASSWORD = 'correct horse battery staple'
const WRONG = 'another horse battery stapl.'

/** The kinds, that of the wrong password first: with it the others are compared. */
export const LOGIN_KINDS: readonly LoginKind[] = [
  { name: 'wrong password', login: 'ada', password: WRONG, succeeds: false },
  { name: 'unknown user', login: 'nobody', password: PASSWORD, succeeds: false },
  { name: 'disabled user, right password', login: 'dan', password: PASSWORD, succeeds: false },
  { name: 'user without a password', login: 'eve', password: PASSWORD, succeeds: false },
  { name: 'right password', login: 'ada', password: PASSWORD, succeeds: true },
]

interface User {
  readonly id: string
}

/** Makes the logins of a small table in memory. */
async function createLogin(hasher: PasswordHasher): Promise<PasswordLogin<User>> {
  const passwordHash = await hasher.hash(PASSWORD)
  const rows = new Map<string, PasswordUser<User>>(
    ['ada', 'dan', 'eve'].map((id) => [
      id,
      { subject: id, user: { id }, passwordHash: id === 'eve' ? null : passwordHash, disabled: id === 'dan' },
    ]),
  )
  const users = {
    findById: (id: string) => rows.get(id)?.user,
    findByLogin: async (login: string) => rows.get(login),
    findBySubject: async (id: string) => rows.get(id),
    updatePasswordHash: async () => false,
  }
  const auth = createAuth<User>({
    origin: 'https://app.test',
    secrets: TEST_SECRETS,
    sessions: storedSessions(createMemorySessionStore()),
    users,
  })
  return createPasswordLogin({ auth, users, hasher })
}

/**
 * Measures each kind so many times, one after another and in turns, in milliseconds.
 *
 * @throws {Error} When a login that has to fail succeeds, or one that has to succeed fails.
 */
export async function timeLogins(
  rounds: number,
  hasher: PasswordHasher = createPasswordHasher(),
): Promise<ReadonlyMap<LoginKind, readonly number[]>> {
  const { check } = await createLogin(hasher)
  const times = new Map<LoginKind, number[]>(LOGIN_KINDS.map((kind) => [kind, []]))
  for (let round = 0; round < rounds; round += 1) {
    for (const kind of round % 2 === 0 ? LOGIN_KINDS : LOGIN_KINDS.toReversed()) {
      const began = performance.now()
      const { ok } = await check({ login: kind.login, password: kind.password })
      times.get(kind)?.push(performance.now() - began)
      if (ok !== kind.succeeds) throw new Error(`A login was judged wrongly: ${kind.name}`)
    }
  }
  return times
}
