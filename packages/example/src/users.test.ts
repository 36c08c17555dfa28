import { describe, expect, it } from 'vitest'
import { openDatabase } from './database.ts'
import { createUsers } from './users.ts'

describe('createUsers()', () => {
  it('finds a user by id without the hash, and for a login with it', async () => {
    const db = await openDatabase(':memory:')
    const users = createUsers(db)
    const user = await users.add('ada@example.com', 'hash')
    expect(user).toEqual({ id: expect.any(String), email: 'ada@example.com' })
    expect(await users.findById(user?.id ?? '')).toEqual(user)
    const found = { subject: user?.id, user, passwordHash: 'hash', disabled: false }
    expect(await users.findByLogin('ada@example.com')).toEqual(found)
    expect(await users.findBySubject(user?.id ?? '')).toEqual(found)
    expect(await users.findById('ada@example.com')).toBeNull()
    expect(await users.findByLogin("' or 1=1 --")).toBeNull()
    await db.destroy()
  })

  it('adds an address once', async () => {
    const db = await openDatabase(':memory:')
    const users = createUsers(db)
    await users.add('ada@example.com', 'first')
    expect(await users.add('ada@example.com', 'second')).toBeUndefined()
    expect(await users.findByLogin('ada@example.com')).toMatchObject({ passwordHash: 'first' })
    await db.destroy()
  })
})
