import { describe, expect, it } from 'vitest'
import { parseLucia } from './lucia.ts'

describe('parseLucia()', () => {
  it.each([
    ['Lucia 3 and better-auth', '0123456789abcdef0123456789abcdef', ''],
    ['Lucia 2', 'uwshdyc3onb3vnhn', 's2:'],
  ])('reads the form of %s, with the salt as text', (_, salt, version) => {
    expect(parseLucia(`${version}${salt}:${'0f'.repeat(64)}`)).toEqual({
      kind: 'derived',
      own: false,
      kdf: { name: 'scrypt', cost: 16_384, blockSize: 16, parallelism: 1 },
      salt: Buffer.from(salt),
      digest: Buffer.alloc(64, 0x0f),
      input: 'nfkc',
      pepper: undefined,
    })
  })
})
