import { describe, expect, it } from 'vitest'
import { resolveOriginPolicy, type OriginOptions } from './origin-policy.ts'

const OPTIONS = { origin: 'https://app.test', trustedOrigins: ['https://admin.test'] }
const SECURE = { needed: true, secure: true }

describe('resolveOriginPolicy()', () => {
  it('reads origins', () => {
    const policy = resolveOriginPolicy(OPTIONS, SECURE)
    expect([...policy.own, ...policy.trusted, policy.allowMissing]).toEqual([
      'https://app.test',
      'https://admin.test',
      false,
    ])
  })

  it('needs an origin only where a credential rides on a cookie', () => {
    expect(resolveOriginPolicy({ trustedOrigins: [] }, { needed: false, secure: true }).own.size).toBe(0)
  })

  it.each<[OriginOptions, boolean, string]>([
    [{ trustedOrigins: [] }, true, 'origin'],
    [{ ...OPTIONS, origin: 'http://app.test' }, true, 'origin'],
    [{ ...OPTIONS, trustedOrigins: 'https://admin.test' }, true, 'trustedOrigins'],
    [{ ...OPTIONS, insecureAllowMissingOrigin: 'yes' }, true, 'insecureAllowMissingOrigin'],
    [OPTIONS, false, 'cookie.insecurePlainHttp'],
  ])('refuses %j', (options, secure, option) => {
    expect(() => resolveOriginPolicy(options, { needed: true, secure })).toThrow(expect.objectContaining({ option }))
  })
})
