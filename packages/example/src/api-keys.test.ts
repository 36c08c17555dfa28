import { createMemoryTokenStore, systemRuntime } from '@latchkey/core'
import { describe, expect, it } from 'vitest'
import { createAppApiKeys } from './api-keys.ts'

describe('createAppApiKeys()', () => {
  it('makes keys with a name by which a scanner finds them', async () => {
    const keys = createAppApiKeys(createMemoryTokenStore(), systemRuntime)
    const { key } = await keys.create('u-1', { label: 'CI', scopes: ['notes:read'] })
    expect(key).toMatch(/^latchkey_example_[0-9a-f]{32}\.[\w-]{43}$/)
    expect(await keys.verify(key)).toMatchObject({ ok: true, principal: { subject: 'u-1', scopes: ['notes:read'] } })
  })
})
