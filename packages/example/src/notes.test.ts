import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openDatabase, type Database } from './database.ts'
import { createNotes, type Notes } from './notes.ts'
import { createUsers } from './users.ts'

const CONTENT = { title: 'First', text: 'It works' }

let db: Database
let notes: Notes
let ada = ''
let grace = ''
beforeEach(async () => {
  let time = 0
  db = await openDatabase(':memory:')
  notes = createNotes(db, () => (time += 1))
  ada = (await createUsers(db).add('ada@example.com', 'hash'))?.id ?? ''
  grace = (await createUsers(db).add('grace@example.com', 'hash'))?.id ?? ''
})
afterEach(() => db.destroy())

describe('createNotes()', () => {
  it('lists the notes of one owner, oldest first', async () => {
    const first = await notes.add(ada, CONTENT)
    await notes.add(grace, CONTENT)
    const second = await notes.add(ada, { ...CONTENT, title: 'Second' })
    expect(await notes.list(ada)).toEqual([first, second])
  })

  it('changes and removes the notes of their owner alone', async () => {
    const note = await notes.add(ada, CONTENT)
    expect(await notes.find(grace, note.id)).toBeUndefined()
    expect(await notes.replace(grace, note.id, { title: 'Mine', text: '' })).toBeUndefined()
    expect(await notes.remove(grace, note.id)).toBe(false)
    expect(await notes.find(ada, note.id)).toEqual({ id: note.id, ...CONTENT })
    expect(await notes.replace(ada, note.id, { title: 'Second', text: '' })).toMatchObject({ title: 'Second' })
    expect(await notes.remove(ada, note.id)).toBe(true)
    expect(await notes.remove(ada, note.id)).toBe(false)
  })
})
