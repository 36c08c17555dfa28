import { describe, expect, it } from 'vitest'
import type { UserLookup } from '../ports.ts'
import { checkUser } from './user-check.ts'

const check = (users: UserLookup<unknown> | undefined) => checkUser({ users }, 'user-1')
const never = (): never => expect.unreachable()

describe('checkUser()', () => {
  it('lets everybody pass where there is nobody to ask', async () => {
    expect(await check(undefined)).toBeUndefined()
  })

  it('takes whom findById finds for active, and whom it does not find for gone', async () => {
    expect(await check({ findById: () => ({ id: 'user-1' }) })).toBeUndefined()
    expect(await check({ findById: () => null })).toBe('user_gone')
    expect(await check({ findById: async () => undefined })).toBe('user_gone')
  })

  it.each([
    ['active', undefined],
    ['disabled', 'user_disabled'],
    [null, 'user_gone'],
    [undefined, 'user_gone'],
  ] as const)('asks statusOf alone where there is one: %j', async (status, code) => {
    expect(await check({ findById: never, statusOf: () => status })).toBe(code)
    expect(await check({ findById: never, statusOf: async () => status })).toBe(code)
  })

  it('calls statusOf on its object, with the subject', async () => {
    class Lookup {
      readonly disabled = new Set(['user-1'])
      findById = never
      statusOf(subject: string): 'active' | 'disabled' {
        return this.disabled.has(subject) ? 'disabled' : 'active'
      }
    }
    expect(await check(new Lookup())).toBe('user_disabled')
  })

  it.each([true, false, 0, '', 'ACTIVE', 'banned', {}, []])('takes %j for no answer: 503', async (answer) => {
    const users = { findById: never, statusOf: () => answer as never }
    await expect(check(users)).rejects.toMatchObject({ code: 'ERR_UNAVAILABLE', status: 503 })
  })

  it('is a 503 when the lookup fails, and keeps the cause', async () => {
    const cause = new Error('no connection')
    const fails = (): never => {
      throw cause
    }
    await expect(check({ findById: fails })).rejects.toMatchObject({ code: 'ERR_UNAVAILABLE', cause })
    await expect(check({ findById: never, statusOf: fails })).rejects.toMatchObject({ code: 'ERR_UNAVAILABLE', cause })
    const rejects = () => Promise.reject(cause)
    await expect(check({ findById: never, statusOf: rejects })).rejects.toMatchObject({ code: 'ERR_UNAVAILABLE' })
  })
})
