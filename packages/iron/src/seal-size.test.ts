import { describe, expect, it } from 'vitest'
import type { SealedValues } from './sealed-record.ts'
import { checkSealSize } from './seal-size.ts'
import { sealTextLength } from './seal-text.ts'

function messageOf(values: SealedValues, capacity: number): string {
  try {
    checkSealSize(values, { passwordId: 1, capacity })
  } catch (error) {
    expect(error).toMatchObject({ code: 'ERR_USAGE', reason: 'cookie_too_large' })
    return (error as Error).message
  }
  return ''
}

describe('checkSealSize()', () => {
  it('lets pass what fits to the character, and nothing longer', () => {
    const values = { data: { a: 'é' } }
    const length = sealTextLength(Buffer.byteLength(JSON.stringify(values)), 1)
    expect(messageOf(values, length)).toBe('')
    expect(messageOf(values, length - 1)).toContain(`takes ${length} characters, and its cookie holds ${length - 1}`)
  })

  it('names the values by size, in bytes, and shows none of them', () => {
    const message = messageOf({ sub: 'somebody', data: { b: 'secret', a: 'é'.repeat(9) } }, 10)
    expect(message).toContain('in bytes of JSON: "a" 24, "b" 12, everything else 28')
    expect(message).not.toMatch(/secret|somebody|é/)
  })

  it('names ten at most', () => {
    const data = Object.fromEntries(Array.from({ length: 13 }, (_, index) => [`key${index}`, 'x'.repeat(index)]))
    const message = messageOf({ data }, 10)
    expect(message).toContain('"key12" 22, "key11" 21')
    expect(message).toContain('"key3" 12, 3 smaller values 30, everything else')
  })

  it('says what is left where there are no values', () => {
    expect(messageOf({ data: {} }, 10)).toContain('in bytes of JSON: everything else 11')
  })
})
