import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createVault, isActive, settle, type ActiveState, type ClientState } from './client-state.ts'
import { createMemoryStorage } from './platform.ts'

const ID = 'a'.repeat(32)
const token = (generation: number): string => `lkr_${ID}.${generation}.secret`
const active = (generation: number, session = 's'): ActiveState => ({
  session,
  accessToken: `access-${generation}`,
  issuedAt: 1,
  renewAt: 2,
  expiresAt: 3,
  refreshToken: token(generation),
})
const ENDED: ClientState = { session: 's', ended: true }

describe('createVault()', () => {
  it('gives back what it was given, from storages that answer at once or later', async () => {
    const memory = createMemoryStorage()
    const later = {
      getItem: async (key: string) => memory.getItem(key),
      setItem: async (key: string, value: string) => memory.setItem(key, value),
    }
    for (const storage of [memory, later]) {
      for (const state of [active(1), ENDED, { ...active(2), refreshToken: null }]) {
        await createVault(storage, 'key').write(state)
        expect(await createVault(storage, 'key').read()).toEqual(state)
        expect(await createVault(storage, 'other').read()).toBeNull()
      }
    }
  })

  it('takes anything else for nothing, and never throws', async () => {
    const texts = fc.oneof(
      fc.string(),
      fc.json(),
      fc.constantFrom('{}', 'null', '[]', '{"session":"s"}', '{"session":1,"ended":true}'),
    )
    await fc.assert(
      fc.asyncProperty(texts, async (text) => {
        const vault = createVault({ getItem: () => text, setItem() {} }, 'key')
        expect(await vault.read()).toBeNull()
      }),
    )
  })
})

describe('isActive()', () => {
  it('holds for tokens alone', () => {
    expect([active(1), ENDED, null].map(isActive)).toEqual([true, false, false])
  })
})

describe('settle()', () => {
  it.each<[string, ActiveState | null, ClientState, ActiveState, 'next' | 'stored']>([
    ['keeps the tokens where nothing changed', active(0), active(0), active(1), 'next'],
    ['keeps them where another tab got the same', active(0), active(1), active(1), 'next'],
    ['keeps them where another tab has older ones', active(0), active(1), active(2), 'next'],
    ['drops them where another tab has newer ones', active(0), active(2), active(1), 'stored'],
    ['drops them after a logout', active(0), ENDED, active(1), 'stored'],
    ['drops them where the storage was emptied', active(0), null, active(1), 'stored'],
    ['drops them after another login', active(0), active(5, 'other'), active(1), 'stored'],
    ['keeps the first ones that a cookie brought', null, null, active(1), 'next'],
    ['drops those of a cookie after a logout', null, ENDED, active(1), 'stored'],
    ['drops those of a cookie where another tab was first', null, active(1, 'other'), active(1), 'stored'],
  ])('%s', (_, before, stored, next, expected) => {
    expect(settle(before, stored, next)).toBe(expected === 'next' ? next : stored)
  })

  it('keeps the last of tokens whose order nobody knows', () => {
    const opaque = (text: string): ActiveState => ({ ...active(0), refreshToken: text })
    const next = opaque('c')
    expect(settle(opaque('a'), opaque('b'), next)).toBe(next)
  })
})
