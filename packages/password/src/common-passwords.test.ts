import { describe, expect, it } from 'vitest'
import { COMMON_PASSWORDS } from './common-passwords.ts'

describe('COMMON_PASSWORDS', () => {
  it('holds lower-case entries without blanks at their ends', () => {
    expect(COMMON_PASSWORDS.size).toBeGreaterThan(100)
    for (const password of COMMON_PASSWORDS) expect(password).toBe(password.toLowerCase().trim())
    expect(COMMON_PASSWORDS.has('')).toBe(false)
  })
})
