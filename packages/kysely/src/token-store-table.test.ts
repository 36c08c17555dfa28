import { describe, expect, it } from 'vitest'
import { nameTokenTable } from './token-store-table.ts'

describe('nameTokenTable()', () => {
  it('names the table by the prefix', () => {
    expect(nameTokenTable({})).toBe('latchkey_tokens')
    expect(nameTokenTable({ tablePrefix: 'b' })).toBe('btokens')
    expect(nameTokenTable({ tablePrefix: 'sessions' })).toBe('sessionstokens')
  })

  it('refuses a prefix that is not of the grammar', () => {
    expect(() => nameTokenTable({ tablePrefix: 'a;' })).toThrow(expect.objectContaining({ option: 'tablePrefix' }))
  })
})
