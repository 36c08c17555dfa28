import { describe, expect, it } from 'vitest'
import { createPasswords } from './password.ts'

const passwords = createPasswords({ cost: 16 })

describe('createPasswords()', () => {
  it('matches the password that was hashed, and no other', async () => {
    const hash = await passwords.hash('correct horse')
    expect(await passwords.verify('correct horse', hash)).toBe(true)
    for (const other of ['Correct horse', 'correct horse ', 'correct hors', '']) {
      expect(await passwords.verify(other, hash)).toBe(false)
    }
  })

  it('hashes at N = 2^17 by default, and with another salt each time', async () => {
    const hash = await createPasswords().hash('correct horse')
    expect(hash).toMatch(/^scrypt:131072:/)
    expect(await passwords.verify('correct horse', hash)).toBe(true)
    expect(await passwords.hash('same')).not.toBe(await passwords.hash('same'))
  })

  it('takes both Unicode spellings of a password for one', async () => {
    expect(await passwords.verify('caf\u0065\u0301 au lait', await passwords.hash('caf\u00e9 au lait'))).toBe(true)
  })

  it('keeps passwords apart beyond the 72 bytes of other hashes', async () => {
    expect(await passwords.verify(`${'a'.repeat(100)}c`, await passwords.hash(`${'a'.repeat(100)}b`))).toBe(false)
  })

  it('refuses a NUL at the end, which the hash alone does not see', async () => {
    expect(await passwords.verify('correct horse\0', await passwords.hash('correct horse'))).toBe(false)
  })

  it('refuses a lone surrogate that would hash like the replacement character', async () => {
    expect(await passwords.verify('a\ud800', await passwords.hash('a\ufffd'))).toBe(false)
  })

  it.each([undefined, '', 'correct horse', 'scrypt:16::', `scrypt:16:${'A'.repeat(22)}:${'A'.repeat(42)}`])(
    'never matches without a hash of its own: %j',
    async (hash) => {
      expect(await passwords.verify('correct horse', hash)).toBe(false)
    },
  )
})
