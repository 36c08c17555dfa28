import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { describe, expect, it } from 'vitest'
import { createPasswordHasher } from '../hasher.ts'
import type { BcryptVerify } from './bcrypt.ts'

const VECTORS = (
  JSON.parse(readFileSync(new URL('../../vectors/legacy-hashes.json', import.meta.url), 'utf8')) as {
    vectors: { format: string; password: string; hash: string }[]
  }
).vectors.filter(({ format }) => format === 'bcrypt')

function findBcrypt(): BcryptVerify | undefined {
  try {
    return (createRequire(import.meta.url)('@node-rs/bcrypt') as { verify: BcryptVerify }).verify
  } catch {
    return undefined
  }
}

const bcrypt = findBcrypt()
if (bcrypt === undefined)
  describe.skip('a real bcrypt: skipped, because @node-rs/bcrypt is not installed', describeBcrypt)
else describe('a real bcrypt', describeBcrypt)

function describeBcrypt(): void {
  it.each(VECTORS.map(({ hash, password }) => [hash, password]))('verifies %s', async (hash = '', password = '') => {
    const hasher = createPasswordHasher({
      ...(bcrypt === undefined ? {} : { bcrypt }),
      argon2id: { memory: 64 },
      insecureParametersForTests: true,
    })
    expect(await hasher.verify(password, hash)).toEqual({ status: 'valid_needs_rehash' })
    expect(await hasher.verify(`${password}.`, hash)).toEqual({ status: 'invalid', reason: 'mismatch' })
  })
}
