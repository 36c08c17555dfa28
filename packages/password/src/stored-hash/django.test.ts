import { describe, expect, it } from 'vitest'
import { parseDjango } from './django.ts'

describe('parseDjango()', () => {
  it('reads scrypt in the order of Django: N, salt, r, p', () => {
    expect(parseDjango(`scrypt$16384$seasalt$8$5$${Buffer.alloc(64, 7).toString('base64')}`)).toEqual({
      kind: 'derived',
      own: false,
      kdf: { name: 'scrypt', cost: 16_384, blockSize: 8, parallelism: 5 },
      salt: Buffer.from('seasalt'),
      digest: Buffer.alloc(64, 7),
      input: 'text',
      pepper: undefined,
    })
  })

  it.each([
    ['sha1', 20],
    ['sha256', 32],
  ])('reads PBKDF2 with %s', (hash, bytes) => {
    expect(parseDjango(`pbkdf2_${hash}$1000000$seasalt$${Buffer.alloc(bytes).toString('base64')}`)).toMatchObject({
      kdf: { name: 'pbkdf2', hash, iterations: 1_000_000 },
      salt: Buffer.from('seasalt'),
    })
  })

  it('reads bcrypt, and says when the password was hashed first', () => {
    const text = `$2b$12$${'.'.repeat(53)}`
    expect(parseDjango(`bcrypt$${text}`)).toEqual({ kind: 'bcrypt', own: false, text, input: 'text' })
    expect(parseDjango(`bcrypt_sha256$${text}`)).toEqual({ kind: 'bcrypt', own: false, text, input: 'sha256_hex' })
    expect(parseDjango(text)).toBeUndefined()
  })
})
