import { describe, expect, it } from 'vitest'
import { createDeriver, isAffordable, isSameKdf, type Kdf } from './kdf.ts'

const argon2 = (memory: number, passes: number, parallelism: number): Kdf => ({
  name: 'argon2id',
  memory,
  passes,
  parallelism,
})
const scrypt = (cost: number, blockSize: number, parallelism: number): Kdf => ({
  name: 'scrypt',
  cost,
  blockSize,
  parallelism,
})
const pbkdf2 = (iterations: number): Kdf => ({ name: 'pbkdf2', hash: 'sha256', iterations })

describe('isAffordable()', () => {
  it.each([
    ['the default Argon2id', argon2(19_456, 2, 1)],
    ['the smallest Argon2id', argon2(8, 1, 1)],
    ['Argon2id with 256 MiB', argon2(262_144, 4, 1)],
    ['Argon2id with 16 lanes', argon2(102_400, 2, 16)],
    ['the default scrypt', scrypt(2 ** 17, 8, 1)],
    ['scrypt with 256 MiB', scrypt(2 ** 18, 8, 2)],
    ['PBKDF2 with 5,000,000 iterations', pbkdf2(5_000_000)],
  ])('takes %s', (_, kdf) => {
    expect(isAffordable(kdf)).toBe(true)
  })

  it.each([
    ['Argon2id above 256 MiB', argon2(262_145, 1, 1)],
    ['Argon2id with too much work', argon2(262_144, 5, 1)],
    ['Argon2id with 17 lanes', argon2(102_400, 2, 17)],
    ['Argon2id with less memory than its lanes need', argon2(31, 1, 4)],
    ['Argon2id without a pass', argon2(64, 0, 1)],
    ['Argon2id without a lane', argon2(64, 1, 0)],
    ['scrypt above 256 MiB', scrypt(2 ** 19, 8, 1)],
    ['scrypt with N = 2^40', scrypt(2 ** 40, 8, 1)],
    ['scrypt with an N that is no power of two', scrypt(3, 8, 1)],
    ['scrypt with N = 1', scrypt(1, 8, 1)],
    ['scrypt with r = 0', scrypt(2, 0, 1)],
    ['scrypt with too much work', scrypt(2 ** 16, 8, 9)],
    ['PBKDF2 with 5,000,001 iterations', pbkdf2(5_000_001)],
    ['PBKDF2 without an iteration', pbkdf2(0)],
    ['numbers that are none', argon2(Number.NaN, 1, 1)],
  ])('refuses %s', (_, kdf) => {
    expect(isAffordable(kdf)).toBe(false)
  })
})

describe('isSameKdf()', () => {
  it('compares every parameter, and the function', () => {
    expect(isSameKdf(argon2(64, 1, 1), argon2(64, 1, 1))).toBe(true)
    expect(isSameKdf(argon2(64, 1, 1), argon2(64, 2, 1))).toBe(false)
    expect(isSameKdf(argon2(64, 1, 1), { ...argon2(64, 1, 1), name: 'argon2i' } as Kdf)).toBe(false)
    expect(isSameKdf(argon2(64, 1, 1), scrypt(2, 8, 1))).toBe(false)
    expect(isSameKdf(scrypt(2, 8, 1), pbkdf2(1))).toBe(false)
  })
})

describe('createDeriver()', () => {
  it('gives the digests of RFC 7914 for scrypt and PBKDF2', async () => {
    const deriver = createDeriver()
    const scrypted = await deriver.derive(scrypt(1024, 8, 16), Buffer.from('password'), Buffer.from('NaCl'), 64)
    expect(Buffer.from(scrypted).toString('hex')).toMatch(/^fdbabe1c9d3472007856e7190d01e9fe7c6ad7cb/)
    const derived = await deriver.derive(pbkdf2(80_000), Buffer.from('Password'), Buffer.from('NaCl'), 64)
    expect(Buffer.from(derived).toString('hex')).toMatch(/^4ddcd8f60b98be21830cee5ef22701f9641a4418/)
  })

  it('computes scrypt at its ceiling of memory, which the default limit of Node refuses', async () => {
    const digest = await createDeriver().derive(scrypt(2 ** 18, 8, 1), Buffer.from('a'), Buffer.from('salt'), 32)
    expect(digest).toHaveLength(32)
  })

  it('leaves the event loop free while it computes', async () => {
    let turns = 0
    const timer = setInterval(() => {
      turns += 1
    }, 1)
    await createDeriver().derive(scrypt(2 ** 16, 8, 1), Buffer.from('a'), Buffer.from('salt'), 32)
    await createDeriver().derive(argon2(65_536, 3, 1), Buffer.from('a'), Buffer.from('somesalt'), 32)
    clearInterval(timer)
    expect(turns).toBeGreaterThan(5)
  })
})
