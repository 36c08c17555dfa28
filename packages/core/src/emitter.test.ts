import { describe, expect, it } from 'vitest'
import { createEmitter, createReport } from './emitter.ts'
import type { AuthEvent } from './events.ts'

const EVENT: AuthEvent = { type: 'rejected', code: 'session_unknown' }

describe('createEmitter()', () => {
  it('tells the listener at once, with a frozen event', () => {
    const events: AuthEvent[] = []
    createEmitter((event: AuthEvent) => events.push(event))({ ...EVENT })
    expect([events, Object.isFrozen(events[0])]).toEqual([[EVENT], true])
  })

  it('throws nothing, whatever the listener does, and tells nobody where there is none', () => {
    const emit = createEmitter(() => {
      throw new Error('full disk')
    })
    expect(() => emit({ ...EVENT })).not.toThrow()
    expect(() => createEmitter(undefined)({ ...EVENT })).not.toThrow()
  })

  it('leaves no rejection behind that nobody handles', async () => {
    const unhandled: unknown[] = []
    const listen = (reason: unknown): void => void unhandled.push(reason)
    process.on('unhandledRejection', listen)
    try {
      const emit = createEmitter(async () => {
        throw new Error('full disk')
      })
      emit({ ...EVENT })
      await new Promise(setImmediate)
    } finally {
      process.off('unhandledRejection', listen)
    }
    expect(unhandled).toEqual([])
  })

  it('refuses a listener that is no function', () => {
    expect(() => createEmitter({})).toThrow(expect.objectContaining({ code: 'ERR_CONFIG', option: 'onEvent' }))
  })
})

describe('createReport()', () => {
  it('tells each reason once', () => {
    const events: AuthEvent[] = []
    const report = createReport((event) => events.push(event))
    for (const reason of ['origin_scheme', 'cookie_over_http', 'origin_scheme'] as const) report(reason)
    expect(events).toEqual([
      { type: 'misconfigured', reason: 'origin_scheme' },
      { type: 'misconfigured', reason: 'cookie_over_http' },
    ])
  })
})
