import { describe, expect, it } from 'vitest'
import { readUser, type PasswordUser } from './users.ts'

const USER = { subject: 'u-1', user: { id: 1 }, passwordHash: 'hash' }

describe('readUser()', () => {
  it('gives the user that a lookup found, at once or later', async () => {
    const found = { ...USER, disabled: false }
    expect(await readUser(() => USER)).toEqual(found)
    expect(await readUser(async () => ({ ...USER, disabled: false }))).toEqual(found)
    expect(await readUser(() => ({ ...USER, disabled: true }))).toEqual({ ...USER, disabled: true })
    expect(await readUser(() => ({ ...USER, passwordHash: null }))).toEqual({ ...found, passwordHash: null })
  })

  it('gives null when there is none', async () => {
    expect(await readUser(() => null)).toBeNull()
    expect(await readUser(async () => undefined)).toBeNull()
  })

  it.each([
    [{}],
    [[]],
    ['text'],
    [1],
    [true],
    [{ ...USER, subject: undefined }],
    [{ ...USER, passwordHash: 1 }],
    [Object.create(USER)],
  ])('fails with 503 for an answer that is no user: %o', async (found) => {
    await expect(readUser(() => found as PasswordUser<unknown>)).rejects.toMatchObject({ code: 'ERR_UNAVAILABLE' })
  })

  it('fails with 503 and the cause when the lookup throws or rejects', async () => {
    const cause = new Error('connection lost')
    const thrown = readUser(() => {
      throw cause
    })
    await expect(thrown).rejects.toMatchObject({ code: 'ERR_UNAVAILABLE', cause })
    await expect(readUser(() => Promise.reject(cause))).rejects.toMatchObject({ code: 'ERR_UNAVAILABLE', cause })
  })
})
