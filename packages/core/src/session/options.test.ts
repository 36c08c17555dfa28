import { describe, expect, it } from 'vitest'
import { resolveSessionOptions } from './options.ts'

const DAY = 86_400_000

describe('resolveSessionOptions()', () => {
  it('applies every default, and freezes', () => {
    const policy = resolveSessionOptions({})
    expect(policy).toEqual({
      idleTimeout: 7 * DAY,
      absoluteTimeout: 30 * DAY,
      touchEvery: 300_000,
      maxDataSize: 65_536,
      storeTimeout: 2_000,
      reuseWindow: 10_000,
      reuse: 'recover',
      persistent: true,
      data: expect.objectContaining({ version: 0 }),
      onConflict: 'error',
    })
    expect(Object.isFrozen(policy)).toBe(true)
  })

  it('lets single options stand beside a preset', () => {
    expect(
      resolveSessionOptions({
        preset: 'strict',
        absoluteTimeout: '12h',
        reuseWindow: 0,
        reuse: 'strict',
        persistent: false,
        onConflict: 'theirs',
      }),
    ).toEqual({
      idleTimeout: 3_600_000,
      absoluteTimeout: DAY / 2,
      touchEvery: 300_000,
      maxDataSize: 65_536,
      storeTimeout: 2_000,
      reuseWindow: 0,
      reuse: 'strict',
      persistent: false,
      data: expect.objectContaining({ version: 0 }),
      onConflict: 'theirs',
    })
  })

  it('changes credentials by time where that is asked for', () => {
    expect(resolveSessionOptions({ rotateEvery: '15m' }).rotateEvery).toBe(900_000)
    expect(resolveSessionOptions({ rotateEvery: '5m' }).rotateEvery).toBe(300_000)
  })

  it('touches at least twice in a short idle timeout', () => {
    expect(resolveSessionOptions({ idleTimeout: '2m' }).touchEvery).toBe(60_000)
  })

  it.each<[unknown, string]>([
    [{ idleTimeout: '31d' }, 'sessions.absoluteTimeout'],
    [{ idleTimeout: '1h', absoluteTimeout: '59m' }, 'sessions.absoluteTimeout'],
    [{ absoluteTimeout: '401d' }, 'sessions.absoluteTimeout'],
    [{ idleTimeout: 0 }, 'sessions.idleTimeout'],
    [{ idleTimeout: '1h', touchEvery: '31m' }, 'sessions.touchEvery'],
    [{ rotateEvery: '4m' }, 'sessions.rotateEvery'],
    [{ touchEvery: '1s', rotateEvery: '9s' }, 'sessions.rotateEvery'],
    [{ rotateEvery: 'daily' }, 'sessions.rotateEvery'],
    [{ preset: 'loose' }, 'sessions.preset'],
    [{ maxDataSize: 0 }, 'sessions.maxDataSize'],
    [{ maxDataSize: 2 ** 20 + 1 }, 'sessions.maxDataSize'],
    [{ maxDataSize: 1.5 }, 'sessions.maxDataSize'],
    [{ maxDataSize: Infinity }, 'sessions.maxDataSize'],
    [{ storeTimeout: 0 }, 'sessions.storeTimeout'],
    [{ storeTimeout: '61s' }, 'sessions.storeTimeout'],
    [{ reuseWindow: -1 }, 'sessions.reuseWindow'],
    [{ reuseWindow: '11m' }, 'sessions.reuseWindow'],
    [{ reuse: 'never' }, 'sessions.reuse'],
    [{ persistent: 'yes' }, 'sessions.persistent'],
    [{ onConflict: 'merge' }, 'sessions.onConflict'],
    [{ onConflict: null }, 'sessions.onConflict'],
    [{ data: { version: 1 } }, 'sessions.data.version'],
    [{ timeout: '1h' }, 'sessions.timeout'],
    [null, 'sessions'],
  ])('refuses %j', (options, option) => {
    expect(() => resolveSessionOptions(options)).toThrow(expect.objectContaining({ code: 'ERR_CONFIG', option }))
  })
})
