/**
 * Hashing and verifying passwords.
 *
 * @module
 */

import { randomBytes, timingSafeEqual } from 'node:crypto'
import { ConfigError, UnavailableError, UsageError } from '@latchkey/core'
import { createGate } from './gate.ts'
import { resolveHasherOptions, type HasherConfig, type PasswordHasherOptions } from './hasher-options.ts'
import { createDeriver, isSameKdf, type Deriver } from './kdf.ts'
import { parsePassword, type PasswordText } from './password-text.ts'
import { readBcryptInput } from './stored-hash/bcrypt.ts'
import { parseStoredHash } from './stored-hash/parse.ts'
import { formatPhc } from './stored-hash/phc.ts'
import type { BcryptHash, DerivedHash, StoredHash } from './stored-hash/stored-hash.ts'

/**
 * Why a password did not match.
 *
 * - `mismatch`: it is another password.
 * - `no_hash`: there is no stored hash.
 * - `hash_unreadable`: the stored text is empty, plain, of an unknown format, or above the ceilings.
 * - `hash_unsupported`: a bcrypt hash without the option `bcrypt`, or Argon2 where there is no implementation of it.
 * - `pepper_unknown`: the hash names a pepper that is not configured.
 * - `password_malformed`: no password can be that: not text, empty, above 1,024 bytes, or ill-formed Unicode.
 */
export type PasswordMismatch =
  | 'mismatch'
  | 'no_hash'
  | 'hash_unreadable'
  | 'hash_unsupported'
  | 'pepper_unknown'
  | 'password_malformed'

/** The outcome of a verification. `valid_needs_rehash`: valid, and the stored hash should be replaced by a new one of this password. */
export type PasswordVerdict =
  | { readonly status: 'valid' }
  | { readonly status: 'valid_needs_rehash' }
  | { readonly status: 'invalid'; readonly reason: PasswordMismatch }

/** Hashes and verifies passwords. Frozen. Nothing is computed on the event loop's thread. */
export interface PasswordHasher {
  /**
   * Hashes a password under a new random salt, as a PHC string of at most 150 characters. The password is hashed in NFC.
   * Does not judge the password: `checkNewPassword` does.
   *
   * @throws {UsageError} `argument` for what no password can be: see `password_malformed`.
   * @throws {UnavailableError} When too many hashes wait already, or the computation fails.
   */
  hash(password: string): Promise<string>
  /**
   * Verifies a password against a stored hash of any of the formats. Neither value makes it throw.
   *
   * Whatever the outcome, it costs a hash: without a stored hash that can be checked, a dummy one of the current parameters is.
   * A hash of other parameters costs what these cost. A password that is not in NFC costs two hashes in every case: first its exact
   * bytes, which is what other systems hashed, then its NFC. A malformed password costs none, as that says nothing of an account.
   *
   * @throws {UnavailableError} When too many hashes wait already, or the computation fails.
   */
  verify(password: string, stored: string | null | undefined): Promise<PasswordVerdict>
}

const SALT_BYTES = 16
const DIGEST_BYTES = 32
const encoder = new TextEncoder()

/**
 * Creates a password hasher. Synchronous; looks for an implementation of Argon2 now.
 *
 * @throws {ConfigError} Naming the first option that is unknown, out of range or too weak; `algorithm` where there is no Argon2.
 */
export function createPasswordHasher(options: PasswordHasherOptions = {}): PasswordHasher {
  return createHasher(resolveHasherOptions(options), createDeriver())
}

/** Creates a password hasher on a given deriver. */
export function createHasher(config: HasherConfig, deriver: Deriver): PasswordHasher {
  const { kdf, peppers, bcrypt } = config
  if (!deriver.can(kdf)) throw new ConfigError('algorithm', 'must be "scrypt": there is no Argon2 on this platform')
  const gate = createGate(config)
  const dummy: DerivedHash = Object.freeze<DerivedHash>({
    kind: 'derived',
    own: true,
    kdf,
    salt: randomBytes(SALT_BYTES),
    digest: randomBytes(DIGEST_BYTES),
    input: 'text',
    pepper: peppers.current,
  })

  function prepare(text: string, { input, pepper }: Pick<DerivedHash, 'input' | 'pepper'>): Uint8Array {
    const bytes = encoder.encode(input === 'nfkc' ? text.normalize('NFKC') : text)
    return pepper === undefined ? bytes : peppers.apply(pepper, bytes)
  }

  async function matchesDerived(text: string, hash: DerivedHash): Promise<boolean> {
    const digest = await deriver.derive(hash.kdf, prepare(text, hash), hash.salt, hash.digest.length)
    return digest.length === hash.digest.length && timingSafeEqual(digest, hash.digest)
  }

  async function matchesBcrypt(text: string, hash: BcryptHash): Promise<boolean> {
    const input = readBcryptInput(text, hash)
    if (input === undefined || bcrypt === undefined) {
      await matchesDerived(text, dummy)
      return false
    }
    const answer: unknown = await bcrypt(input, hash.text)
    return answer === true
  }

  /** Runs a computation behind the gate. Whatever breaks in it is a fault of this process, and never a password that does not match. */
  async function compute<Result>(task: () => Promise<Result>): Promise<Result> {
    return gate.run(async () => {
      try {
        return await task()
      } catch (cause) {
        throw new UnavailableError({ cause })
      }
    })
  }

  /** The spellings that match. Each is tried, whatever the others gave, so that the cost depends on the password alone. */
  function match({ exact, normal }: PasswordText, hash: StoredHash): Promise<ReadonlySet<string>> {
    return compute(async () => {
      const matching = new Set<string>()
      for (const text of new Set([exact, normal])) {
        const matches = hash.kind === 'bcrypt' ? await matchesBcrypt(text, hash) : await matchesDerived(text, hash)
        if (matches) matching.add(text)
      }
      return matching
    })
  }

  /** The stored hash, or why it cannot be checked. */
  function read(stored: string | null | undefined): StoredHash | PasswordMismatch {
    if (stored === null || stored === undefined) return 'no_hash'
    const hash = typeof stored === 'string' ? parseStoredHash(stored) : undefined
    if (hash === undefined) return 'hash_unreadable'
    if (hash.kind === 'bcrypt') return bcrypt === undefined ? 'hash_unsupported' : hash
    if (!deriver.can(hash.kdf)) return 'hash_unsupported'
    return hash.pepper === undefined || peppers.has(hash.pepper) ? hash : 'pepper_unknown'
  }

  function isCurrent(hash: StoredHash): boolean {
    return (
      hash.own &&
      hash.pepper === peppers.current &&
      hash.salt.length === SALT_BYTES &&
      hash.digest.length === DIGEST_BYTES &&
      isSameKdf(hash.kdf, kdf)
    )
  }

  return Object.freeze<PasswordHasher>({
    async hash(password) {
      const text = parsePassword(password)
      if (text === undefined) throw new UsageError('argument', 'A password is 1 to 1024 bytes of well-formed text')
      const salt = randomBytes(SALT_BYTES)
      const pepper = peppers.current
      const digest = await compute(() =>
        deriver.derive(kdf, prepare(text.normal, { input: 'text', pepper }), salt, DIGEST_BYTES),
      )
      return formatPhc({ kdf, salt, digest, pepper })
    },
    async verify(password, stored) {
      const text = parsePassword(password)
      if (text === undefined) return { status: 'invalid', reason: 'password_malformed' }
      const hash = read(stored)
      if (typeof hash === 'string') {
        await match(text, dummy)
        return { status: 'invalid', reason: hash }
      }
      const matching = await match(text, hash)
      if (matching.size === 0) return { status: 'invalid', reason: 'mismatch' }
      return { status: matching.has(text.normal) && isCurrent(hash) ? 'valid' : 'valid_needs_rehash' }
    },
  })
}
