import { createHmac } from 'node:crypto'
import { nodeCrypto } from '@latchkey/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRekeyedHmac, toBytes, writeBytes } from './rekeyed-hmac.ts'

if (nodeCrypto === null) throw new Error('There is no node:crypto')
const node = nodeCrypto

describe('createRekeyedHmac()', () => {
  it.each(['sha1', 'sha256'] as const)('gives what createHmac gives with %s, whatever came before', (hash) => {
    const hmac = createRekeyedHmac(hash, 80, node)
    const bytes = (maxLength: number) => fc.uint8Array({ maxLength })
    fc.assert(
      fc.property(fc.oneof(bytes(70), bytes(200)), fc.array(bytes(80), { maxLength: 3 }), (key, inputs) => {
        hmac.setKey(key)
        for (const input of inputs) {
          hmac.input.set(input)
          const code = createHmac(hash, key).update(input).digest().toString('latin1')
          expect(hmac.sign(input.length)).toBe(code)
        }
      }),
      { numRuns: 300 },
    )
  })

  it('takes the whole input where nothing is said of its length', () => {
    const hmac = createRekeyedHmac('sha256', 3, node)
    hmac.setKey(toBytes('key'))
    writeBytes('abc', hmac.input)
    expect(hmac.sign()).toBe(createHmac('sha256', 'key').update('abc').digest().toString('latin1'))
  })
})

describe('toBytes()', () => {
  it('gives a byte for each character', () => {
    expect([...toBytes('\0a\u007f\u0080\u00ff')]).toEqual([0, 97, 127, 128, 255])
  })
})

describe('writeBytes()', () => {
  it('leaves everything else as it is', () => {
    const bytes = Uint8Array.of(9, 9, 9, 9)
    writeBytes('ab', bytes, 1)
    expect([...bytes]).toEqual([9, 97, 98, 9])
  })
})
