import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { createHasher, createPasswordHasher, type PasswordHasher } from './hasher.ts'
import { resolveHasherOptions, type PasswordHasherOptions } from './hasher-options.ts'
import { createDeriver, type Deriver, type Kdf } from './kdf.ts'
import type { BcryptVerify } from './stored-hash/bcrypt.ts'

interface Vector {
  readonly format: string
  readonly origin: string
  readonly password: string
  readonly hash: string
}

const VECTORS = (
  JSON.parse(readFileSync(new URL('../vectors/legacy-hashes.json', import.meta.url), 'utf8')) as { vectors: Vector[] }
).vectors
const BCRYPT_VECTORS = VECTORS.filter(({ format }) => format === 'bcrypt')
const OTHER_VECTORS = VECTORS.filter(({ format }) => format !== 'bcrypt')

const FAST: PasswordHasherOptions = {
  argon2id: { memory: 64, passes: 1 },
  scrypt: { cost: 16 },
  insecureParametersForTests: true,
}
const PEPPER_1 = 'the first pepper, which is long enough'
const PEPPER_2 = 'the second pepper, also long enough'
const PASSWORD = 'correct horse battery staple'
const MISMATCH = { status: 'invalid', reason: 'mismatch' }

/** A hasher whose derivations are written down. */
function createWatched(options: PasswordHasherOptions = FAST, deriver: Deriver = createDeriver()) {
  const derived: Kdf[] = []
  const watched: Deriver = {
    can: deriver.can,
    derive(kdf, ...rest) {
      derived.push(kdf)
      return deriver.derive(kdf, ...rest)
    },
  }
  return { hasher: createHasher(resolveHasherOptions(options), watched), derived }
}

describe('createPasswordHasher()', () => {
  it('hashes with Argon2id and the parameters of OWASP by default', async () => {
    const hasher = createPasswordHasher()
    const hash = await hasher.hash(PASSWORD)
    expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/)
    expect(await hasher.verify(PASSWORD, hash)).toEqual({ status: 'valid' })
    expect(await hasher.verify(`${PASSWORD}.`, hash)).toEqual(MISMATCH)
  })

  it('hashes with scrypt and the parameters of OWASP when told so', async () => {
    const hasher = createPasswordHasher({ algorithm: 'scrypt' })
    const hash = await hasher.hash(PASSWORD)
    expect(hash).toMatch(/^\$scrypt\$ln=17,r=8,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/)
    expect(await hasher.verify(PASSWORD, hash)).toEqual({ status: 'valid' })
  })

  it('gives every hash its own salt', async () => {
    const hasher = createPasswordHasher(FAST)
    expect(await hasher.hash(PASSWORD)).not.toBe(await hasher.hash(PASSWORD))
  })

  it('says at construction that there is no Argon2, and verifies such hashes as unsupported under scrypt', async () => {
    const without: Deriver = { ...createDeriver(), can: ({ name }) => !name.startsWith('argon2') }
    expect(() => createHasher(resolveHasherOptions(FAST), without)).toThrow(
      expect.objectContaining({ code: 'ERR_CONFIG', option: 'algorithm' }),
    )
    const { hasher, derived } = createWatched({ ...FAST, algorithm: 'scrypt' }, without)
    expect(await hasher.verify(PASSWORD, await createPasswordHasher(FAST).hash(PASSWORD))).toEqual({
      status: 'invalid',
      reason: 'hash_unsupported',
    })
    expect(derived.map(({ name }) => name)).toEqual(['scrypt'])
  })
})

describe('verify()', () => {
  it.each(
    OTHER_VECTORS.map(({ format, password, hash, origin }) => [format, hash.slice(0, 40), password, hash, origin]),
  )(
    'accepts the %s hash %s… for its password only, and asks for a new one',
    async (_format, _start, password = '', hash = '') => {
      const hasher = createPasswordHasher(FAST)
      expect(await hasher.verify(password, hash)).toEqual({ status: 'valid_needs_rehash' })
      expect(await hasher.verify(`${password} `, hash)).toEqual(MISMATCH)
      expect(await hasher.verify(password.toUpperCase(), hash)).toEqual(MISMATCH)
    },
  )

  it.each<[string, PasswordHasherOptions]>([
    ['other passes', { ...FAST, argon2id: { memory: 64, passes: 2 } }],
    ['less memory', { ...FAST, argon2id: { memory: 32, passes: 1 } }],
    ['other parallelism', { ...FAST, argon2id: { memory: 64, passes: 1, parallelism: 2 } }],
    ['another function', { ...FAST, algorithm: 'scrypt' }],
  ])('asks for a new hash after a change to %s', async (_, options) => {
    const hash = await createPasswordHasher(FAST).hash(PASSWORD)
    const changed = createPasswordHasher(options)
    expect(await changed.verify(PASSWORD, hash)).toEqual({ status: 'valid_needs_rehash' })
    expect(await changed.verify(PASSWORD, await changed.hash(PASSWORD))).toEqual({ status: 'valid' })
  })

  it('asks for a new hash where the digest or the salt has another length than ours', async () => {
    const hash = '$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHQ$'
    const digest = await createDeriver().derive(
      { name: 'argon2id', memory: 64, passes: 1, parallelism: 1 },
      Buffer.from(PASSWORD),
      Buffer.from('somesalt'),
      32,
    )
    const stored = hash + Buffer.from(digest).toString('base64').replace('=', '')
    expect(await createPasswordHasher(FAST).verify(PASSWORD, stored)).toEqual({ status: 'valid_needs_rehash' })
  })

  it.each([
    ['null', null, 'no_hash'],
    ['undefined', undefined, 'no_hash'],
    ['the empty text', '', 'hash_unreadable'],
    ['the password itself', PASSWORD, 'hash_unreadable'],
    ['a bcrypt hash, with no bcrypt configured', `$2b$04$${'.'.repeat(53)}`, 'hash_unsupported'],
    ['an object', {} as string, 'hash_unreadable'],
    [
      'a hash of an unknown pepper',
      `$argon2id$v=19$m=64,t=1,p=1,pepper=9$${'a'.repeat(22).replace(/.$/, 'Q')}$${'A'.repeat(43)}`,
      'pepper_unknown',
    ],
  ])('costs one hash of the current parameters for %s', async (_, stored, reason) => {
    const { hasher, derived } = createWatched()
    expect(await hasher.verify(PASSWORD, stored)).toEqual({ status: 'invalid', reason })
    expect(derived).toEqual([{ name: 'argon2id', memory: 64, passes: 1, parallelism: 1 }])
  })

  it('costs one hash for a right and for a wrong password', async () => {
    const { hasher, derived } = createWatched()
    const hash = await hasher.hash(PASSWORD)
    derived.length = 0
    await hasher.verify(PASSWORD, hash)
    await hasher.verify('wrong', hash)
    expect(derived).toHaveLength(2)
  })

  it.each([
    ['empty', ''],
    ['too long', 'a'.repeat(1_025)],
    ['ill-formed', 'a\ud800'],
    ['no text', 1 as unknown as string],
  ])('costs nothing for a password that is %s', async (_, password) => {
    const { hasher, derived } = createWatched()
    expect(await hasher.verify(password, null)).toEqual({ status: 'invalid', reason: 'password_malformed' })
    await expect(hasher.hash(password)).rejects.toMatchObject({ code: 'ERR_USAGE', reason: 'argument' })
    expect(derived).toEqual([])
  })

  it('matches no text that is not a hash of it, and never throws', async () => {
    const { hasher } = createWatched()
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), async (password, stored) => {
        expect(await hasher.verify(password, stored)).toMatchObject({ status: 'invalid' })
      }),
      { numRuns: 300 },
    )
  })
})

describe('normalisation', () => {
  const NFC = 'p\u00e4ssw\u00f6rd of mine'
  const NFD = NFC.normalize('NFD')
  const OTHER_SYSTEM = OTHER_VECTORS.find(({ password }) => password.startsWith('p\u00e4ssw\u00f6rd mit')) as Vector

  it('lets every spelling of a password in', async () => {
    const hasher = createPasswordHasher(FAST)
    for (const set of [NFC, NFD]) {
      const hash = await hasher.hash(set)
      expect(await hasher.verify(NFC, hash)).toEqual({ status: 'valid' })
      expect(await hasher.verify(NFD, hash)).toEqual({ status: 'valid' })
    }
  })

  it('changes nothing else: case, blanks and compatibility characters count', async () => {
    const hasher = createPasswordHasher(FAST)
    const hash = await hasher.hash(' Passw0rd \ufb01 lang ')
    for (const other of [
      ' passw0rd \ufb01 lang ',
      'Passw0rd \ufb01 lang',
      ' Passw0rd fi lang ',
      ' Passw0rd \ufb01 lang',
    ]) {
      expect(await hasher.verify(other, hash)).toEqual(MISMATCH)
    }
  })

  it('takes U+0000 as a character', async () => {
    const hasher = createPasswordHasher(FAST)
    const hash = await hasher.hash('abc\u0000def123456')
    expect(await hasher.verify('abc\u0000def123456', hash)).toEqual({ status: 'valid' })
    expect(await hasher.verify('abc\u0000xyz123456', hash)).toEqual(MISMATCH)
    expect(await hasher.verify('abc', hash)).toEqual(MISMATCH)
  })

  it('tries the exact bytes and the NFC of a password against the hash of another system', async () => {
    const hasher = createPasswordHasher(FAST)
    expect(await hasher.verify(OTHER_SYSTEM.password, OTHER_SYSTEM.hash)).toEqual({ status: 'valid_needs_rehash' })
    expect(await hasher.verify(OTHER_SYSTEM.password.normalize('NFD'), OTHER_SYSTEM.hash)).toEqual({
      status: 'valid_needs_rehash',
    })
  })

  it('accepts a PHC hash over bytes that are not in NFC, and asks for a new one', async () => {
    const digest = await createDeriver().derive(
      { name: 'argon2id', memory: 64, passes: 1, parallelism: 1 },
      Buffer.from(NFD),
      Buffer.alloc(16, 1),
      32,
    )
    const unpadded = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64').replaceAll('=', '')
    const stored = `$argon2id$v=19$m=64,t=1,p=1$${unpadded(Buffer.alloc(16, 1))}$${unpadded(digest)}`
    const { derived, hasher } = createWatched()
    expect(await hasher.verify(NFD, stored)).toEqual({ status: 'valid_needs_rehash' })
    expect(derived).toHaveLength(2)
    expect(await hasher.verify(NFC, stored)).toEqual(MISMATCH)
  })

  it('costs the same for every account: two hashes for a password that is not in NFC', async () => {
    const own = await createPasswordHasher(FAST).hash(NFC)
    for (const stored of [null, '', own, OTHER_SYSTEM.hash, VECTORS.find(({ format }) => format === 'lucia')?.hash]) {
      const { hasher, derived } = createWatched()
      await hasher.verify(NFD, stored)
      expect(derived).toHaveLength(2)
    }
  })
})

describe('peppers', () => {
  it('need their secret: neither the hash nor the pepper alone verifies', async () => {
    const peppered = createPasswordHasher({ ...FAST, peppers: { 1: PEPPER_1 } })
    const hash = await peppered.hash(PASSWORD)
    expect(hash).toMatch(/^\$argon2id\$v=19\$m=64,t=1,p=1,pepper=1\$/)
    expect(await peppered.verify(PASSWORD, hash)).toEqual({ status: 'valid' })
    const other = createPasswordHasher({ ...FAST, peppers: { 1: PEPPER_2 } })
    expect(await other.verify(PASSWORD, hash)).toEqual(MISMATCH)
    expect(await createPasswordHasher(FAST).verify(PASSWORD, hash)).toEqual({
      status: 'invalid',
      reason: 'pepper_unknown',
    })
    const plain = createPasswordHasher(FAST)
    expect(await plain.verify(PASSWORD, hash.replace(',pepper=1', ''))).toEqual(MISMATCH)
  })

  it('rotate: the highest id is used, older hashes stay valid and are replaced', async () => {
    const old = await createPasswordHasher({ ...FAST, peppers: { 1: PEPPER_1 } }).hash(PASSWORD)
    const none = await createPasswordHasher(FAST).hash(PASSWORD)
    const both = createPasswordHasher({ ...FAST, peppers: { 2: PEPPER_2, 1: PEPPER_1 } })
    expect(await both.verify(PASSWORD, old)).toEqual({ status: 'valid_needs_rehash' })
    expect(await both.verify(PASSWORD, none)).toEqual({ status: 'valid_needs_rehash' })
    expect(await both.hash(PASSWORD)).toContain(',pepper=2$')
    const back = createPasswordHasher({ ...FAST, peppers: { 1: PEPPER_1, 2: PEPPER_2 }, pepperWith: 1 })
    expect(await back.hash(PASSWORD)).toContain(',pepper=1$')
  })

  it('are copied from bytes, and work with scrypt', async () => {
    const bytes = new Uint8Array(32).fill(7)
    const hasher = createPasswordHasher({ ...FAST, algorithm: 'scrypt', peppers: { 3: bytes } })
    const hash = await hasher.hash(PASSWORD)
    bytes.fill(0)
    expect(await hasher.verify(PASSWORD, hash)).toEqual({ status: 'valid' })
    expect(hash).toMatch(/^\$scrypt\$ln=4,r=8,p=1,pepper=3\$/)
  })

  it('leave the hashes of other systems alone', async () => {
    const vector = OTHER_VECTORS[2] as Vector
    const hasher = createPasswordHasher({ ...FAST, peppers: { 1: PEPPER_1 } })
    expect(await hasher.verify(vector.password, vector.hash)).toEqual({ status: 'valid_needs_rehash' })
  })
})

describe('bcrypt', () => {
  const LONG = '\u20ac'.repeat(24)

  /** Answers as bcrypt does for the hashes of the vectors, and writes down what it was asked. */
  function createAsked({ answer }: { readonly answer: unknown } = { answer: true }) {
    const asked: [string, string][] = []
    const bcrypt: BcryptVerify = async (password, hash) => {
      asked.push([password, hash])
      return answer as boolean
    }
    return { asked, ...createWatched({ ...FAST, bcrypt }) }
  }

  it.each(BCRYPT_VECTORS.map(({ hash, password }) => [hash, password]))(
    'is asked about %s in its own format',
    async (hash = '', password = '') => {
      const { asked, derived, hasher } = createAsked()
      expect(await hasher.verify(password, hash)).toEqual({ status: 'valid_needs_rehash' })
      expect(asked.map(([, text]) => text)).toEqual([hash.replace(/^bcrypt(_sha256)?\$/, '')])
      expect(asked[0]?.[0]).toEqual(
        hash.startsWith('bcrypt_sha256') ? expect.stringMatching(/^[0-9a-f]{64}$/) : password,
      )
      expect(derived).toEqual([])
    },
  )

  it.each([[false], ['true'], [1], [{}], [undefined], [null]])('passes nobody with the answer %o', async (answer) => {
    const { hasher } = createAsked({ answer })
    expect(await hasher.verify(PASSWORD, `$2b$04$${'.'.repeat(53)}`)).toEqual(MISMATCH)
  })

  it.each([
    ['72 bytes', LONG, 1],
    ['73 bytes, of which bcrypt would drop one', `${LONG}x`, 0],
    ['U+0000, at which bcrypt would stop', 'abc\u0000def', 0],
  ])('is asked about a password of %s: %#', async (_, password, times) => {
    const { asked, derived, hasher } = createAsked()
    const verdict = await hasher.verify(password, `$2b$04$${'.'.repeat(53)}`)
    expect(asked).toHaveLength(times)
    expect(verdict).toEqual(times === 1 ? { status: 'valid_needs_rehash' } : MISMATCH)
    // What is refused costs a hash all the same.
    expect(derived).toHaveLength(1 - times)
  })

  it('fails with 503 when the computation fails', async () => {
    const hasher = createPasswordHasher({ ...FAST, bcrypt: () => Promise.reject(new Error('broken')) })
    await expect(hasher.verify(PASSWORD, `$2b$04$${'.'.repeat(53)}`)).rejects.toMatchObject({
      code: 'ERR_UNAVAILABLE',
      cause: expect.objectContaining({ message: 'broken' }),
    })
  })
})

/** A deriver that computes nothing until it is told to. */
function createHeldDeriver() {
  const release: (() => void)[] = []
  let running = 0
  let most = 0
  const deriver: Deriver = {
    can: () => true,
    async derive(_kdf, _password, _salt, length) {
      running += 1
      most = Math.max(most, running)
      await new Promise<void>((resolve) => release.push(resolve))
      running -= 1
      return new Uint8Array(length)
    },
  }
  return { deriver, release, most: () => most }
}

describe('a login flood', () => {
  it('computes at most as many hashes at once as configured, and refuses beyond the queue with 503', async () => {
    const { deriver, release, most } = createHeldDeriver()
    const hasher = createHasher(resolveHasherOptions({ ...FAST, concurrency: 2, queue: 10 }), deriver)
    const all = Array.from({ length: 1_000 }, () => hasher.verify(PASSWORD, null))
    const settled = Promise.allSettled(all)
    await vi.waitUntil(() => release.length === 2)
    for (let index = 0; index < 12; index += 1) {
      await vi.waitUntil(() => release[index] !== undefined)
      release[index]?.()
    }
    const results = await settled
    const refused = results.filter(({ status }) => status === 'rejected')
    expect(refused).toHaveLength(988)
    expect(refused[0]).toMatchObject({ reason: { code: 'ERR_UNAVAILABLE', status: 503 } })
    expect(release).toHaveLength(12)
    expect(most()).toBe(2)
  })

  it('frees its places when computations fail', async () => {
    let fail = true
    const deriver: Deriver = {
      can: () => true,
      derive: async (_kdf, _password, _salt, length) => {
        if (fail) throw new Error('no memory')
        return new Uint8Array(length)
      },
    }
    const hasher: PasswordHasher = createHasher(resolveHasherOptions({ ...FAST, concurrency: 1, queue: 0 }), deriver)
    for (let index = 0; index < 3; index += 1) {
      await expect(hasher.verify(PASSWORD, null)).rejects.toMatchObject({ code: 'ERR_UNAVAILABLE' })
    }
    fail = false
    expect(await hasher.verify(PASSWORD, null)).toEqual({ status: 'invalid', reason: 'no_hash' })
  })
})
