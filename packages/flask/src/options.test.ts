import { createTestRuntime } from '@latchkey/testing'
import { describe, expect, it } from 'vitest'
import { resolveFlaskOptions } from './options.ts'

const KEYS = ['secret']

describe('resolveFlaskOptions()', () => {
  it('has the defaults of Flask', () => {
    expect(resolveFlaskOptions({ secretKeys: KEYS })).toMatchObject({
      secretKeys: [new TextEncoder().encode('secret')],
      maxAge: 31 * 86_400_000,
      name: 'session',
      salt: 'cookie-session',
      hash: 'SHA-1',
    })
  })

  it('takes every option', () => {
    const runtime = createTestRuntime()
    const bytes = Uint8Array.of(1, 2, 3)
    const given = { secretKeys: ['a', bytes], maxAge: '1d', name: 'app', salt: 's', digest: 'sha512', runtime } as const
    const settings = resolveFlaskOptions(given)
    expect(settings).toMatchObject({ maxAge: 86_400_000, name: 'app', salt: 's', hash: 'SHA-512', runtime })
    bytes[0] = 9
    expect(settings.secretKeys[1]).toEqual(Uint8Array.of(1, 2, 3))
  })

  it.each<[unknown, string]>([
    [null, 'flask'],
    [[], 'flask'],
    [{}, 'secretKeys'],
    [{ secretKeys: 'secret' }, 'secretKeys'],
    [{ secretKeys: [] }, 'secretKeys'],
    [{ secretKeys: [''] }, 'secretKeys[0]'],
    [{ secretKeys: ['a', undefined] }, 'secretKeys[1]'],
    [{ secretKeys: KEYS, maxAge: 0 }, 'maxAge'],
    [{ secretKeys: KEYS, name: 'a b' }, 'name'],
    [{ secretKeys: KEYS, salt: '' }, 'salt'],
    [{ secretKeys: KEYS, digest: 'md5' }, 'digest'],
    [{ secretKeys: KEYS, digest: 'constructor' }, 'digest'],
    [{ secretKeys: KEYS, runtime: {} }, 'runtime'],
    [{ secretKeys: KEYS, secret: 'x' }, 'secret'],
  ])('refuses %j', (options, option) => {
    expect(() => resolveFlaskOptions(options)).toThrow(expect.objectContaining({ code: 'ERR_CONFIG', option }))
  })
})
