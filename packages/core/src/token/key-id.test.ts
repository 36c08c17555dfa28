import { describe, expect, it } from 'vitest'
import { isKeyId } from './key-id.ts'

describe('isKeyId()', () => {
  it.each(['a', '1', 'A-Z_a.z~0', 'x'.repeat(256)])('admits %.20j', (value) => {
    expect(isKeyId(value)).toBe(true)
  })

  it.each(['', 'a b', 'a/b', '../a', 'a\n', 'ä', 'x'.repeat(257), 1, null, undefined, ['a']])(
    'refuses %.20j',
    (value) => {
      expect(isKeyId(value)).toBe(false)
    },
  )
})
