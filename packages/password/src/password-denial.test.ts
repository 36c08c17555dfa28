import { describe, expect, it } from 'vitest'
import { createDenials } from './password-denial.ts'

const denial = { status: 401, headers: { 'www-authenticate': 'Session realm="x"' }, body: { error: 'x' } } as const

describe('createDenials()', () => {
  const denials = createDenials({ authorize: () => denial })

  it('challenges as the application does', () => {
    expect(denials.invalid).toEqual({
      status: 401,
      headers: { 'cache-control': 'no-store', 'www-authenticate': 'Session realm="x"' },
      body: { error: 'invalid_credentials' },
    })
  })

  it('says when to come back', () => {
    expect(denials.throttled(42)).toMatchObject({ status: 429, headers: { 'retry-after': '42' } })
  })

  it('forbids storing every answer', () => {
    for (const answer of [
      denials.invalid,
      denials.malformed,
      denials.conflict,
      denials.throttled(1),
      denials.unacceptable('common'),
    ]) {
      expect(answer.headers['cache-control']).toBe('no-store')
      expect(Object.isFrozen(answer)).toBe(true)
    }
  })
})
