import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openDatabase } from './database.ts'
import { createNotes } from './notes.ts'
import { createUsers } from './users.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'latchkey-database-'))
})
afterEach(() => rm(folder, { recursive: true }))

describe('openDatabase()', () => {
  it('opens what is there, and loses nothing', async () => {
    const path = join(folder, 'example.sqlite')
    const first = await openDatabase(path)
    const user = await createUsers(first).add('ada@example.com', 'hash')
    await first.destroy()
    const second = await openDatabase(path)
    expect(await createUsers(second).findById(user?.id ?? '')).toEqual(user)
    await second.destroy()
  })

  it('refuses a note of nobody', async () => {
    const db = await openDatabase(':memory:')
    await expect(createNotes(db, () => 0).add('nobody', { title: 'a', text: '' })).rejects.toThrow('FOREIGN KEY')
    await db.destroy()
  })
})
