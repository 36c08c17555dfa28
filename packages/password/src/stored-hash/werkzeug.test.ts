import { describe, expect, it } from 'vitest'
import { parseWerkzeug } from './werkzeug.ts'

describe('parseWerkzeug()', () => {
  it('reads scrypt: N, r, p, the salt as text', () => {
    expect(parseWerkzeug(`scrypt:32768:8:1$abc_-$${'0f'.repeat(64)}`)).toEqual({
      kind: 'derived',
      own: false,
      kdf: { name: 'scrypt', cost: 32_768, blockSize: 8, parallelism: 1 },
      salt: Buffer.from('abc_-'),
      digest: Buffer.alloc(64, 0x0f),
      input: 'text',
      pepper: undefined,
    })
  })

  it.each([
    ['sha1', 20],
    ['sha224', 28],
    ['sha256', 32],
    ['sha384', 48],
    ['sha512', 64],
  ])('reads PBKDF2 with %s, whose digest has %i bytes', (hash, bytes) => {
    expect(parseWerkzeug(`pbkdf2:${hash}:600000$salt$${'ab'.repeat(bytes)}`)).toMatchObject({
      kdf: { name: 'pbkdf2', hash, iterations: 600_000 },
    })
    expect(parseWerkzeug(`pbkdf2:${hash}:600000$salt$${'ab'.repeat(bytes - 1)}`)).toBeUndefined()
  })
})
