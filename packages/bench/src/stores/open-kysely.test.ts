import { nodeSqliteDialect, openSqlite } from '@latchkey/kysely/node-sqlite'
import { expect, it } from 'vitest'
import { newPrefix, openKysely } from './open-kysely.ts'
import { createTemplate } from './records.ts'

it('each prefix is another, and a command of the store is counted', async () => {
  expect(newPrefix()).not.toBe(newPrefix())
  const { store, commands, close } = await openKysely(nodeSqliteDialect(openSqlite(':memory:')), newPrefix())
  const before = commands()
  const template = await createTemplate()
  await store.read(template.id, { now: template.createdAt })
  expect(commands() - before).toBe(1)
  await close()
})
