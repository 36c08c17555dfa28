import { createMemorySessionStore } from '@latchkey/core'
import { expect, it } from 'vitest'
import { createTemplate, fillStore, idOf, recordOf } from './records.ts'

it('records are those of logins, each with an id and a subject of its own', async () => {
  const template = await createTemplate()
  const [one, other] = [recordOf(template, 1), recordOf(template, 2)]
  expect(one).toMatchObject({ id: idOf(1), subject: 'user-1', carrier: 'cookie', version: 0 })
  expect(one.id).toMatch(/^[0-9a-f]{32}$/)
  expect(other.id).not.toBe(one.id)
})

it('a store is filled with the numbers that are asked for', async () => {
  const store = createMemorySessionStore()
  const template = await createTemplate()
  await fillStore(store, template, 10, 75, 8)
  const read = (index: number) => store.read(idOf(index), { now: template.createdAt })
  expect(await Promise.all([read(9), read(75)])).toEqual([null, null])
  expect(await read(10)).toEqual(recordOf(template, 10))
  expect(await read(74)).toEqual(recordOf(template, 74))
})
