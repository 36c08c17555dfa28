import { describe, expect, it } from 'vitest'
import { createAppApiKeys } from './api-keys.ts'
import { openDatabase } from './database.ts'
import { sqliteStores } from './stores.ts'

describe('sqliteStores()', () => {
  it('keep tokens in the database that they are given', async () => {
    const db = await openDatabase(':memory:')
    const runtime = {
      now: () => 1,
      randomBytes: (length: number) => new Uint8Array(length),
      startTimer: () => () => {},
    }
    const keys = createAppApiKeys(sqliteStores(db).tokens, runtime)
    await keys.create('u-1', { label: 'CI', scopes: [] })
    expect(await createAppApiKeys(sqliteStores(db).tokens, runtime).list('u-1')).toMatchObject([{ label: 'CI' }])
    await db.destroy()
  })
})
