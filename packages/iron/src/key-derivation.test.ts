import { pbkdf2Sync, randomBytes } from 'node:crypto'
import { nodeBuffer, nodeCrypto } from '@latchkey/core'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createKeyDerivation } from './key-derivation.ts'

it('derives what pbkdf2 derives, whatever the passwords, one after another', () => {
  if (nodeCrypto === null || nodeBuffer === null) throw new Error('There is no node:crypto')
  const deriveKey = createKeyDerivation(nodeCrypto)
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary', maxLength: 90 }), { minLength: 1, maxLength: 3 }), (passwords) => {
      for (const password of [...passwords, ...passwords]) {
        const salt = randomBytes(32).toString('hex')
        expect(Buffer.from(deriveKey(password, salt))).toEqual(pbkdf2Sync(password, salt, 1, 32, 'sha1'))
      }
    }),
  )
})
