import { describe, expect, it } from 'vitest'
import { createTestRequest, createTestRuntime } from '@latchkey/testing'
import type { CookieExchange } from './exchange.ts'
import { checkEpoch, readInit, readStrength, type LoginOptions } from './login-options.ts'

const runtime = createTestRuntime()
const exchange = {
  config: { runtime },
  request: createTestRequest({ headers: { 'user-agent': 'Browser/1' } }),
} as unknown as CookieExchange
const MINIMUM: LoginOptions = { subject: 'user-1', deliver: 'cookie' }
const ARGUMENT = expect.objectContaining({ code: 'ERR_USAGE', reason: 'argument' })

describe('readInit()', () => {
  it('takes what is given, and records nothing of what is not', () => {
    expect(readInit(MINIMUM, exchange)).toEqual({
      subject: 'user-1',
      scopes: [],
      authenticatedAt: runtime.now(),
      amr: [],
      acr: null,
      label: null,
      address: null,
      userAgent: 'Browser/1',
    })
    const whole = { amr: ['pwd'], acr: 'aal2', scopes: ['read'], label: 'Laptop', address: '::1', persistent: false }
    expect(readInit({ ...MINIMUM, ...whole }, exchange)).toMatchObject(whole)
    expect(readInit({ ...MINIMUM, address: '' }, exchange).address).toBeNull()
  })

  it.each([
    { subject: '' },
    { subject: 'x'.repeat(256) },
    { label: 'x'.repeat(201) },
    { label: 5 },
    { address: 5 },
    { persistent: 'yes' },
    { epoch: -1 },
    { epoch: 1.5 },
    { amr: ['two words'] },
    { acr: '' },
    { scopes: 'read "x"' },
  ])('refuses %j', (options) => {
    expect(() => readInit({ ...MINIMUM, ...options } as LoginOptions, exchange)).toThrow(ARGUMENT)
  })
})

describe('readStrength()', () => {
  it('reads the methods, the class and the scopes', () => {
    expect(readStrength({ amr: ['pwd', 'otp'], acr: 'aal2' })).toEqual({ amr: ['pwd', 'otp'], acr: 'aal2', scopes: [] })
  })
})

describe('checkEpoch()', () => {
  it('takes what "epochOf" gives, and nothing else', () => {
    for (const epoch of [undefined, 0, 1_800_000_000_000]) expect(() => checkEpoch(epoch)).not.toThrow()
    for (const epoch of [-1, NaN, 2 ** 53, '1' as never]) expect(() => checkEpoch(epoch)).toThrow(ARGUMENT)
  })
})
