import { createMemoryRevocationStore, createMemorySessionStore } from '@latchkey/core'
import { describe, expect, it } from 'vitest'
import { resolveSealedOptions } from './options.ts'

const DAY = 86_400_000

describe('resolveSealedOptions()', () => {
  it('has the timeouts of stored sessions as its defaults', () => {
    expect(resolveSealedOptions({})).toEqual({
      policy: { idleTimeout: 7 * DAY, absoluteTimeout: 30 * DAY, touchEvery: 300_000 },
      persistent: true,
      data: expect.objectContaining({ version: 0 }),
      revocations: undefined,
      storeTimeout: 2_000,
      alsoReads: undefined,
      rememberedSeals: 1_000,
    })
  })

  it('takes what it is given', () => {
    const revocations = createMemoryRevocationStore()
    const settings = resolveSealedOptions({ preset: 'strict', idleTimeout: '30m', revocations, rememberedSeals: 0 })
    expect(settings.policy).toEqual({ idleTimeout: 1_800_000, absoluteTimeout: DAY, touchEvery: 300_000 })
    expect(settings.revocations).toBe(revocations)
    expect(settings.rememberedSeals).toBe(0)
  })

  it.each([
    ['sessions', null],
    ['sessions', []],
    ['sessions.ttl', { ttl: 60 }],
    ['sessions.maxDataSize', { maxDataSize: 1_000 }],
    ['sessions.reuse', { reuse: 'strict' }],
    ['sessions.persistent', { persistent: 1 }],
    ['sessions.storeTimeout', { storeTimeout: '2m' }],
    ['sessions.storeTimeout', { storeTimeout: 0 }],
    ['sessions.onConflict', { onConflict: 'mine' }],
    ['sessions.data.version', { data: { version: 1 } }],
    ['sessions.idleTimeout', { idleTimeout: 0 }],
    ['sessions.absoluteTimeout', { idleTimeout: '2h', absoluteTimeout: '1h' }],
    ['sessions.absoluteTimeout', { absoluteTimeout: '401d' }],
    ['sessions.rememberedSeals', { rememberedSeals: -1 }],
    ['sessions.rememberedSeals', { rememberedSeals: 1 }],
    ['sessions.rememberedSeals', { rememberedSeals: 1_000_001 }],
    ['sessions.rememberedSeals', { rememberedSeals: '10' }],
    ['sessions.revocations', { revocations: createMemorySessionStore() }],
    ['sessions.revocations', { revocations: null }],
    ['sessions.alsoReads', { alsoReads: {} }],
  ])('refuses at %s: %j', (option, options) => {
    expect(() => resolveSealedOptions(options)).toThrow(expect.objectContaining({ code: 'ERR_CONFIG', option }))
  })
})
