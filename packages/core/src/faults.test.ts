import { describe, expect, it } from 'vitest'
import { ConfigError, isFault, SessionConflictError, UnavailableError, UsageError } from './faults.ts'

describe('faults', () => {
  it('carry a code, and a status where HTTP knows one', () => {
    expect(new ConfigError('tokens.issuer', 'must be text')).toMatchObject({
      code: 'ERR_CONFIG',
      option: 'tokens.issuer',
      message: 'Option "tokens.issuer" must be text',
    })
    expect(new UsageError('argument', 'Wrong')).toMatchObject({ code: 'ERR_USAGE', reason: 'argument' })
    expect(new SessionConflictError('gone')).toMatchObject({
      code: 'ERR_SESSION_CONFLICT',
      status: 409,
      reason: 'gone',
    })
    expect(new UnavailableError({ cause: 'driver' })).toMatchObject({
      code: 'ERR_UNAVAILABLE',
      status: 503,
      cause: 'driver',
    })
  })

  it('are Errors of their name', () => {
    for (const fault of [
      new ConfigError('x', 'is wrong'),
      new UsageError('argument', 'Wrong'),
      new SessionConflictError('conflict'),
      new UnavailableError(),
    ]) {
      expect(fault).toBeInstanceOf(Error)
      expect(fault.name).toBe(fault.constructor.name)
    }
  })
})

describe('isFault()', () => {
  it('judges by the code, so that another copy of the package agrees', () => {
    expect(isFault(new UnavailableError())).toBe(true)
    expect(isFault(Object.assign(new Error('copy'), { code: 'ERR_SESSION_CONFLICT' }))).toBe(true)
  })

  it.each([
    new Error('x'),
    Object.assign(new Error('x'), { code: 'ERR_OTHER' }),
    { code: 'ERR_CONFIG' },
    null,
    'ERR_CONFIG',
  ])('refuses %s', (value) => {
    expect(isFault(value)).toBe(false)
  })
})
