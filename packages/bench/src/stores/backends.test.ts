import { expect, it } from 'vitest'
import type { BackendKind } from './backend.ts'
import { LOCAL_BACKENDS, openIfReachable } from './backends.ts'
import { createTemplate } from './records.ts'

it.each(LOCAL_BACKENDS)(
  '$name: the bare commands work on the rows of the store, and the store\u2019s are counted',
  async (kind) => {
    const backend = await kind.open()
    const template = await createTemplate()
    const call = { now: template.createdAt }
    await backend.store.create(template, call)
    await backend.bareWrite(template.id, '{"index":1}')
    const row = JSON.stringify(await backend.bareRead(template.id))
    expect(row).toContain('index')
    const before = backend.counted.roundTrips()
    await backend.counted.store.read(template.id, call)
    expect(backend.counted.roundTrips() - before).toBe(1)
    await backend.close()
  },
)

it('a server that is away is no error, and anything else is', async () => {
  const refused = Object.assign(new Error('connect'), { code: 'ECONNREFUSED' })
  const kind: BackendKind = { name: 'Away', isNetworked: true, open: () => Promise.reject(refused) }
  expect(await openIfReachable(kind)).toBeUndefined()
  await expect(openIfReachable({ ...kind, open: () => Promise.reject(new Error('other')) })).rejects.toThrow('other')
})
