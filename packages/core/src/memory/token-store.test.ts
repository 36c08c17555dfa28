import { describe, expect, it } from 'vitest'
import type { TokenRecord } from '../token-port.ts'
import { createMemoryTokenStore } from './token-store.ts'

const NOW = 1_800_000_000_000

function tokenOf(fields: Partial<TokenRecord> = {}): TokenRecord {
  const times = { createdAt: NOW, expiresAt: NOW + 60_000, lastUsedAt: null }
  return { id: '1', purpose: 'reset', subject: 'alice', digest: 'ZGlnZXN0', ...times, data: {}, ...fields }
}

describe('createMemoryTokenStore()', () => {
  it.each([0, -1, 1.5, NaN, Infinity, '10' as unknown as number])('refuses to keep at most %s tokens', (maxTokens) => {
    expect(() => createMemoryTokenStore({ maxTokens })).toThrow(
      expect.objectContaining({ code: 'ERR_CONFIG', option: 'maxTokens' }),
    )
  })

  it('makes room by removing the expired, and throws no good token away', async () => {
    const store = createMemoryTokenStore({ maxTokens: 2 })
    await store.create(tokenOf({ expiresAt: NOW + 9 }), { now: NOW })
    await store.create(tokenOf({ id: '2', expiresAt: null }), { now: NOW })
    await expect(store.create(tokenOf({ id: '3' }), { now: NOW + 8 })).rejects.toThrow('The memory token store is full')
    await expect(store.create(tokenOf({ id: '2' }), { now: NOW + 8 })).resolves.toBe('exists')
    await expect(store.create(tokenOf({ id: '3' }), { now: NOW + 9 })).resolves.toBe('created')
    await expect(store.read('2', { now: NOW + 9 })).resolves.not.toBeNull()
    await expect(store.read('1', { now: NOW })).resolves.toBeNull()
  })

  it('keeps stores apart', async () => {
    const [one, other] = [createMemoryTokenStore(), createMemoryTokenStore()]
    await one.create(tokenOf(), { now: NOW })
    await expect(other.read('1', { now: NOW })).resolves.toBeNull()
    await expect(other.revokeAll('alice', 'reset', { now: NOW })).resolves.toBe(0)
    await expect(one.consume('1', 'ZGlnZXN0', { now: NOW })).resolves.toBe(true)
  })
})
