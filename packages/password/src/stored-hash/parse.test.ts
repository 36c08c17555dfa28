import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isAffordable } from '../kdf.ts'
import { parseStoredHash } from './parse.ts'

const VECTORS = (
  JSON.parse(readFileSync(new URL('../../vectors/legacy-hashes.json', import.meta.url), 'utf8')) as {
    vectors: { format: string; password: string; hash: string }[]
  }
).vectors

const SALT = 'c29tZXNhbHRzb21lc2FsdA'
const DIGEST = 'CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc'
const HEX64 = 'ab'.repeat(64)
const B64_64 = Buffer.alloc(64, 7).toString('base64')

describe('parseStoredHash()', () => {
  it.each(VECTORS.map(({ format, hash }) => [format, hash]))('reads the %s hash %s', (format, hash) => {
    expect(parseStoredHash(hash)).toMatchObject({
      kind: format === 'bcrypt' ? 'bcrypt' : 'derived',
      own: format === 'phc',
    })
  })

  it('reads the id of a pepper', () => {
    expect(parseStoredHash(`$argon2id$v=19$m=64,t=1,p=1,pepper=7$${SALT}$${DIGEST}`)).toMatchObject({ pepper: 7 })
    expect(parseStoredHash(`$scrypt$ln=4,r=8,p=1,pepper=2147483647$${SALT}$${DIGEST}`)).toMatchObject({
      pepper: 2_147_483_647,
    })
  })

  it.each([
    ['the empty text', ''],
    ['a plain password', 'correct horse battery staple'],
    ['garbage', 'not-a-hash'],
    ['a bare MD5', '5f4dcc3b5aa765d61d8327deb882cf99'],
    ['a bare SHA-1', '5baa61e4c9b93f3f0682250b6cf8331b7ee68fd8'],
    ['a bare SHA-256', 'a'.repeat(64)],
    ['a truncated Argon2id', '$argon2id$v=19$m=19456,t=2,p=1$c2FsdA'],
    ['Argon2id with empty parts', '$argon2id$v=19$m=8,t=1,p=1$$'],
    ['Argon2id with a short digest', `$argon2id$v=19$m=64,t=1,p=1$${SALT}$AAAA`],
    ['Argon2id with a short salt', `$argon2id$v=19$m=64,t=1,p=1$c2FsdA$${DIGEST}`],
    ['Argon2id with m=4294967295', `$argon2id$v=19$m=4294967295,t=1,p=1$${SALT}$${DIGEST}`],
    ['Argon2id with t=4294967295', `$argon2id$v=19$m=64,t=4294967295,p=1$${SALT}$${DIGEST}`],
    ['Argon2id with p=255', `$argon2id$v=19$m=4096,t=1,p=255$${SALT}$${DIGEST}`],
    ['Argon2id with a leading zero', `$argon2id$v=19$m=064,t=1,p=1$${SALT}$${DIGEST}`],
    ['Argon2id with a sign', `$argon2id$v=19$m=+64,t=1,p=1$${SALT}$${DIGEST}`],
    ['Argon2id with an exponent', `$argon2id$v=19$m=1e2,t=1,p=1$${SALT}$${DIGEST}`],
    ['Argon2id in another order', `$argon2id$v=19$t=1,m=64,p=1$${SALT}$${DIGEST}`],
    ['Argon2id with an unknown parameter', `$argon2id$v=19$m=64,t=1,p=1,keyid=MQ$${SALT}$${DIGEST}`],
    ['Argon2id with pepper 0', `$argon2id$v=19$m=64,t=1,p=1,pepper=0$${SALT}$${DIGEST}`],
    ['Argon2id with a pepper that is no id', `$argon2id$v=19$m=64,t=1,p=1,pepper=9999999999$${SALT}$${DIGEST}`],
    ['Argon2id 1.0', `$argon2id$v=16$m=64,t=1,p=1$${SALT}$${DIGEST}`],
    ['Argon2id without a version', `$argon2id$m=64,t=1,p=1$${SALT}$${DIGEST}`],
    ['Argon2x', `$argon2x$v=19$m=64,t=1,p=1$${SALT}$${DIGEST}`],
    ['Argon2id with padding', `$argon2id$v=19$m=64,t=1,p=1$${SALT}==$${DIGEST}`],
    ['Argon2id with unused bits', `$argon2id$v=19$m=64,t=1,p=1$${SALT.slice(0, -1)}B$${DIGEST}`],
    ['Argon2id with base64url', `$argon2id$v=19$m=64,t=1,p=1$${SALT}$${DIGEST.replace('C', '-')}`],
    ['Argon2id with a line end', `$argon2id$v=19$m=64,t=1,p=1$${SALT}$${DIGEST}\n`],
    ['Argon2id with something before', ` $argon2id$v=19$m=64,t=1,p=1$${SALT}$${DIGEST}`],
    ['Argon2id with U+0000', `$argon2id$v=19$m=64,t=1,p=1$${SALT}$${DIGEST}\u0000`],
    ['Argon2id with a sixth part', `$argon2id$v=19$m=64,t=1,p=1$${SALT}$${DIGEST}$x`],
    ['scrypt with ln=40', '$scrypt$ln=40,r=8,p=1$c2FsdA$AAAA'],
    ['scrypt with ln=40 and a full digest', `$scrypt$ln=40,r=8,p=1$${SALT}$${DIGEST}`],
    ['scrypt with r=4294967295', `$scrypt$ln=4,r=4294967295,p=1$${SALT}$${DIGEST}`],
    ['bcrypt of cost 31', '$2b$31$......................'],
    ['bcrypt of cost 31, whole', `$2b$31$${'.'.repeat(53)}`],
    ['bcrypt of cost 16', `$2b$16$${'.'.repeat(53)}`],
    ['bcrypt of cost 3', `$2b$03$${'.'.repeat(53)}`],
    ['bcrypt of the broken kind', `$2x$04$${'.'.repeat(53)}`],
    ['bcrypt that is too short', `$2b$04$${'.'.repeat(52)}`],
    ['bcrypt with a line end', `$2b$04$${'.'.repeat(53)}\n`],
    ['Werkzeug plain', 'plain$$password'],
    ['Werkzeug salted SHA-256', `sha256$salt$${'a'.repeat(64)}`],
    ['Werkzeug scrypt without parameters', `scrypt$salt$${HEX64}`],
    ['Werkzeug scrypt with an N that is no power of two', `scrypt:32767:8:1$salt$${HEX64}`],
    ['Werkzeug scrypt with N = 2^40', `scrypt:1099511627776:8:1$salt$${HEX64}`],
    ['Werkzeug scrypt with upper-case hex', `scrypt:32768:8:1$salt$${HEX64.toUpperCase()}`],
    ['Werkzeug scrypt with a short digest', `scrypt:32768:8:1$salt$${HEX64.slice(2)}`],
    ['Werkzeug scrypt without a salt', `scrypt:32768:8:1$$${HEX64}`],
    ['Werkzeug PBKDF2 with MD5', `pbkdf2:md5:1000$salt$${'a'.repeat(32)}`],
    ['Werkzeug PBKDF2 with a digest of another function', `pbkdf2:sha256:1000$salt$${'a'.repeat(40)}`],
    ['Werkzeug PBKDF2 with a billion iterations', `pbkdf2:sha256:1000000000$salt$${'a'.repeat(64)}`],
    ['Django unusable', '!Zq3kP0sT9uVwXyAbZq3kP0sT9uVwXyAbZq3kP0sT'],
    ['Django MD5', 'md5$salt$5f4dcc3b5aa765d61d8327deb882cf99'],
    ['Django PBKDF2 with a billion iterations', `pbkdf2_sha256$1000000000$salt$${Buffer.alloc(32).toString('base64')}`],
    [
      'Django PBKDF2 with a digest of another function',
      `pbkdf2_sha256$1000$salt$${Buffer.alloc(20).toString('base64')}`,
    ],
    ['Django PBKDF2 without padding', `pbkdf2_sha256$1000$salt$${Buffer.alloc(32).toString('base64').slice(0, -1)}`],
    ['Django scrypt in another order', `scrypt$16384$8$5$salt$${B64_64}`],
    ['Django scrypt with N = 2^24', `scrypt$16777216$salt$8$1$${B64_64}`],
    ['Django Argon2 with a pepper', `argon2$argon2id$v=19$m=64,t=1,p=1,pepper=1$${SALT}$${DIGEST}`],
    ['Django Argon2 around scrypt', `argon2$scrypt$ln=4,r=8,p=1$${SALT}$${DIGEST}`],
    ['Django Argon2 twice', `argon2$argon2$argon2id$v=19$m=64,t=1,p=1$${SALT}$${DIGEST}`],
    ['Lucia with a short salt', `${'a'.repeat(16)}:${HEX64}`],
    ['Lucia with upper-case hex', `${'a'.repeat(32)}:${HEX64.toUpperCase()}`],
    ['Lucia with an unknown version', `s3:${'a'.repeat(16)}:${HEX64}`],
    ['the name of a member of Object.prototype', '__proto__'],
    ['constructor as a method', `constructor$salt$${HEX64}`],
  ])('refuses %s', (_, stored) => {
    expect(parseStoredHash(stored)).toBeUndefined()
  })

  it('refuses text of any size without reading it', () => {
    expect(parseStoredHash('$argon2id$'.padEnd(50_000_000, '1'))).toBeUndefined()
  })

  it('never throws, whatever is changed in a hash, and gives nothing above the ceilings', () => {
    const hashes = VECTORS.map(({ hash }) => hash)
    fc.assert(
      fc.property(
        fc.constantFrom(...hashes),
        fc.array(
          fc.tuple(fc.nat(200), fc.oneof(fc.string({ maxLength: 3 }), fc.constantFrom('$', ':', ',', '9', '='))),
        ),
        (hash, edits) => {
          let text = hash
          for (const [at, insert] of edits) text = text.slice(0, at) + insert + text.slice(at + 1)
          const parsed = parseStoredHash(text)
          if (parsed?.kind === 'derived') {
            expect(isAffordable(parsed.kdf)).toBe(true)
            expect(parsed.digest.length).toBeGreaterThanOrEqual(16)
          }
        },
      ),
      { numRuns: 2_000 },
    )
  })
})
