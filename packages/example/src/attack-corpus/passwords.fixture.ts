/**
 * Passwords for the application of the attack corpus: one user, alice, and the rules of the password package.
 *
 * @module
 */

import { createMemoryTokenStore } from '@latchkey/core'
import {
  createOneTimeTokens,
  createPasswordLogin,
  createPasswordReset,
  type PasswordLogin,
  type PasswordReset,
  type PasswordUser,
  type PasswordUserLookup,
} from '@latchkey/password'
import { FAST_HASHER, PASSWORD } from '../server.fixture.ts'
import type { CorpusAuth } from './application.fixture.ts'

type User = { readonly id: string }

/** What changes and resets the password of alice. */
export interface CorpusPasswords {
  readonly login: PasswordLogin<User>
  readonly reset: PasswordReset
  /** The token that was mailed last. */
  readonly mailed: () => string | undefined
}

/** Gives alice the password of the tests. */
export async function createPasswords(auth: CorpusAuth): Promise<CorpusPasswords> {
  let passwordHash: string | null = await FAST_HASHER.hash(PASSWORD)
  let mailed: string | undefined
  const find = (name: string): PasswordUser<User> | null =>
    name === 'alice' ? { subject: 'alice', user: { id: 'alice' }, passwordHash } : null
  const users: PasswordUserLookup<User> = {
    findById: (id) => ({ id }),
    findByLogin: find,
    findBySubject: find,
    async updatePasswordHash(_, newHash, oldHash) {
      if (passwordHash !== oldHash) return false
      passwordHash = newHash
      return true
    },
  }
  const parts = { auth, users, hasher: FAST_HASHER }
  return {
    login: createPasswordLogin(parts),
    reset: createPasswordReset({
      ...parts,
      tokens: createOneTimeTokens({ store: createMemoryTokenStore(), purpose: 'password-reset' }),
      send: ({ token }) => {
        mailed = token
      },
    }),
    mailed: () => mailed,
  }
}
