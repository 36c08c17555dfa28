import { describe, expect, it } from 'vitest'
import { copyText } from './copy-text.ts'

describe('copyText()', () => {
  it('gives the same text', () => {
    for (const text of ['', 'a.b.c', 'é\u{1f511}']) expect(copyText(text)).toBe(text)
  })
})
