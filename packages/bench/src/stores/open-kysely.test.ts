import { nodeSqliteDialect, openSqlite } from '@latchkey/kysely/node-sqlite'
import { expect, it } from 'vitest'
import { newPrefix, openKysely } from './open-kysely.ts'
import { createTemplate } from './records.ts'

it('each prefix is another, and a command of the store is counted', async () => {
  expect(newPrefix()).not.toBe(newPrefix())
  const { store, counted, close } = await openKysely(nodeSqliteDialect(openSqlite(':memory:')), newPrefix())
  const before = counted.roundTrips()
  const template = await createTemplate()
  for (const read of [store, counted.store]) await read.read(template.id, { now: template.createdAt })
  expect(counted.roundTrips() - before).toBe(1)
  await close()
})
