import { createMemoryRevocationStore } from '@latchkey/core'
import { describe, expect, it } from 'vitest'
import { describeRevocationStore } from './revocation-store.ts'
import { at, idOf, NOW } from './session-store/records.ts'

describeRevocationStore('memory', () => ({ store: createMemoryRevocationStore(), close() {} }))

describe('createMemoryRevocationStore()', () => {
  it.each([0, -1, 1.5, Number.NaN, '10' as unknown as number])('refuses to keep at most %s revocations', (max) => {
    expect(() => createMemoryRevocationStore({ maxRevocations: max })).toThrow(
      expect.objectContaining({ code: 'ERR_CONFIG', option: 'maxRevocations' }),
    )
  })

  it('rejects a revocation more than it may keep, until one may be forgotten', async () => {
    const store = createMemoryRevocationStore({ maxRevocations: 2 })
    const session = (number: number) => ({ id: idOf(number), subject: 'alice' })
    await store.revoke(session(1), NOW + 10, at(NOW))
    await store.revoke(session(2), NOW + 20, at(NOW))
    await expect(store.revoke(session(3), NOW + 30, at(NOW))).rejects.toThrow('The memory revocation store is full')
    await expect(store.revoke(session(1), NOW + 10, at(NOW))).resolves.toBe(false)
    await expect(store.revoke(session(3), NOW + 30, at(NOW + 10))).resolves.toBe(true)
    await expect(store.isRevoked({ ids: [idOf(2)], subject: 'alice', epoch: 0 }, at(NOW + 10))).resolves.toBe(true)
  })
})
