import { createTestRuntime } from '@latchkey/testing'
import { describe, expect, it } from 'vitest'
import { createApiKeys, type ApiKeysOptions } from './api-keys.ts'
import { createTestTokenStore } from './tokens.fixture.ts'

const INIT = { label: 'CI', scopes: ['notes:read', 'notes:write'] }

function createKeys(overrides: Partial<ApiKeysOptions> = {}) {
  const runtime = createTestRuntime()
  const test = createTestTokenStore()
  const make = (options: Partial<ApiKeysOptions> = {}) =>
    createApiKeys({ store: test.store, runtime, prefix: 'acme_live', ...options })
  return { ...test, runtime, make, keys: make(overrides) }
}

describe('createApiKeys()', () => {
  it('makes a key that verifies as its subject, with its scopes', async () => {
    const { keys, runtime } = createKeys()
    const { id, key } = await keys.create('u-1', INIT)
    expect(key).toMatch(/^acme_live_[0-9a-f]{32}\.[A-Za-z0-9_-]{43}$/)
    const result = await keys.verify(key)
    expect(result).toEqual({
      ok: true,
      principal: { subject: 'u-1', scopes: INIT.scopes, authenticatedAt: runtime.now(), amr: [], keyId: id },
    })
    expect(result.ok && Object.isFrozen(result.principal) && Object.isFrozen(result.principal.scopes)).toBe(true)
    expect(await keys.verify(key)).toMatchObject({ ok: true })
  })

  it('writes the verifier nowhere, and lists neither it nor its digest', async () => {
    const { keys, written } = createKeys()
    const { id, key } = await keys.create('u-1', INIT)
    const bytes = Buffer.from(key.slice(key.indexOf('.') + 1), 'base64url')
    const listed = await keys.list('u-1')
    for (const encoding of ['base64url', 'base64', 'hex'] as const) {
      expect(JSON.stringify([written, listed])).not.toContain(bytes.toString(encoding))
    }
    const [record] = written
    expect(JSON.stringify(listed)).not.toContain(record?.digest)
    expect(listed).toEqual([{ id, ...INIT, createdAt: record?.createdAt, expiresAt: null, lastUsedAt: null }])
  })

  it('writes the last use at most once a minute', async () => {
    const { keys, calls, runtime } = createKeys()
    const { key } = await keys.create('u-1', INIT)
    const start = runtime.now()
    const lastUsedAt = async () => (await keys.list('u-1'))[0]?.lastUsedAt
    expect(await lastUsedAt()).toBeNull()
    for (let second = 0; second < 60; second += 1) {
      runtime.set(start + second * 1_000)
      expect(await keys.verify(key)).toMatchObject({ ok: true })
    }
    runtime.set(start + 59_999)
    await keys.verify(key)
    expect(calls.filter((call) => call === 'touch')).toHaveLength(1)
    expect(await lastUsedAt()).toBe(start)
    runtime.set(start + 60_000)
    await keys.verify(key)
    expect(calls.filter((call) => call === 'touch')).toHaveLength(2)
    expect(await lastUsedAt()).toBe(start + 60_000)
  })

  it('never moves the last use back when a clock does', async () => {
    const { keys, runtime } = createKeys()
    const { key } = await keys.create('u-1', INIT)
    const start = runtime.now()
    runtime.set(start + 90_000)
    await keys.verify(key)
    runtime.set(start)
    expect(await keys.verify(key)).toMatchObject({ ok: true })
    expect((await keys.list('u-1'))[0]?.lastUsedAt).toBe(start + 90_000)
  })

  it('refuses a key once it is revoked', async () => {
    const { keys } = createKeys()
    const { id, key } = await keys.create('u-1', INIT)
    const other = await keys.create('u-1', INIT)
    expect(await keys.revoke('u-1', id)).toBe(true)
    expect(await keys.revoke('u-1', id)).toBe(false)
    expect(await keys.verify(key)).toEqual({ ok: false, code: 'unknown' })
    expect(await keys.verify(other.key)).toMatchObject({ ok: true })
    expect((await keys.list('u-1')).map((info) => info.id)).toEqual([other.id])
  })

  it('refuses a key that is revoked while it is verified', async () => {
    const { keys, hooks } = createKeys()
    const { id, key } = await keys.create('u-1', INIT)
    hooks.after = async (call) => {
      if (call !== 'read') return
      delete hooks.after
      await keys.revoke('u-1', id)
    }
    expect(await keys.verify(key)).toEqual({ ok: false, code: 'unknown' })
    expect(await keys.list('u-1')).toEqual([])
  })

  it('admits no verification that begins after the revocation, of 20 that race it', async () => {
    const { keys, store, runtime } = createKeys()
    for (let round = 0; round < 10; round += 1) {
      const { id, key } = await keys.create('u-1', INIT)
      const racing = Array.from({ length: 20 }, () => keys.verify(key))
      const revoked = await keys.revoke('u-1', id)
      const late = await Promise.all(Array.from({ length: 5 }, () => keys.verify(key)))
      expect(revoked).toBe(true)
      expect(late.filter(({ ok }) => ok)).toEqual([])
      await Promise.all(racing)
      await expect(store.read(id, { now: runtime.now() })).resolves.toBeNull()
    }
  })

  it('lets nobody revoke or list the keys of another', async () => {
    const { keys } = createKeys()
    const { id, key } = await keys.create('u-1', INIT)
    expect(await keys.revoke('u-2', id)).toBe(false)
    expect(await keys.list('u-2')).toEqual([])
    expect(await keys.revokeAll('u-2')).toBe(0)
    expect(await keys.verify(key)).toMatchObject({ ok: true })
    expect(await keys.revokeAll('u-1')).toBe(1)
    expect(await keys.verify(key)).toEqual({ ok: false, code: 'unknown' })
  })

  it('asks no store for an id that is none', async () => {
    const { keys, calls } = createKeys()
    for (const id of ['', '../x', 'AB'.repeat(16), {} as string]) expect(await keys.revoke('u-1', id)).toBe(false)
    expect(calls).toEqual([])
  })

  it.each([
    ['a JSON Web Token', 'eyJhbGciOiJub25lIn0.e30.'],
    ['the prefix of test keys', 'acme_test_'],
    ['nothing', undefined],
    ['bytes', new Uint8Array(8)],
  ])('refuses %s without a call to the store', async (_, value) => {
    const { keys, calls } = createKeys()
    const { key } = await keys.create('u-1', INIT)
    calls.length = 0
    const presented = value === 'acme_test_' ? key.replace('acme_live_', value) : value
    expect(await keys.verify(presented)).toEqual({ ok: false, code: 'malformed' })
    expect(calls).toEqual([])
  })

  it('keeps the keys of two prefixes apart, though they share a store', async () => {
    const { keys, make } = createKeys()
    const test = make({ prefix: 'acme_test' })
    const live = await keys.create('u-1', INIT)
    expect(await test.verify(live.key.replace('acme_live', 'acme_test'))).toEqual({ ok: false, code: 'unknown' })
    expect(await test.list('u-1')).toEqual([])
    expect(await test.revoke('u-1', live.id)).toBe(false)
    expect(await keys.verify(live.key)).toMatchObject({ ok: true })
  })

  it('expires a key at the exact millisecond', async () => {
    const { keys, runtime } = createKeys({ lifetime: '30d' })
    const standard = await keys.create('u-1', INIT)
    const short = await keys.create('u-1', { ...INIT, lifetime: '1h' })
    const endless = await keys.create('u-1', { ...INIT, lifetime: null })
    const start = runtime.now()
    runtime.set(start + 3_600_000 - 1)
    expect(await keys.verify(short.key)).toMatchObject({ ok: true })
    runtime.set(start + 3_600_000)
    expect(await keys.verify(short.key)).toEqual({ ok: false, code: 'expired' })
    runtime.set(start + 30 * 86_400_000)
    expect(await keys.verify(standard.key)).toEqual({ ok: false, code: 'expired' })
    expect(await keys.verify(endless.key)).toMatchObject({ ok: true })
    expect((await keys.list('u-1')).map(({ id }) => id)).toEqual([endless.id])
  })

  it('refuses a row whose data no create has written', async () => {
    const { keys, store, written, runtime } = createKeys()
    const { id, key } = await keys.create('u-1', INIT)
    const [row] = written
    if (row === undefined) throw new Error('A row was written')
    for (const data of [
      {},
      { label: 'CI', scopes: 'admin' },
      { label: 'CI', scopes: ['a b'] },
      { label: '', scopes: [] },
    ]) {
      await store.revoke(id, { now: runtime.now() })
      await store.create({ ...row, data }, { now: runtime.now() })
      expect(await keys.verify(key)).toEqual({ ok: false, code: 'unknown' })
      expect(await keys.list('u-1')).toEqual([])
    }
  })

  it.each([
    ['', INIT],
    ['u-1', { ...INIT, label: '' }],
    ['u-1', { ...INIT, label: ' ' }],
    ['u-1', { ...INIT, label: 'a\nb' }],
    ['u-1', { ...INIT, label: 'x'.repeat(201) }],
    ['u-1', { ...INIT, scopes: 'admin' }],
    ['u-1', { ...INIT, scopes: ['a b'] }],
    ['u-1', { ...INIT, scopes: [''] }],
    ['u-1', { ...INIT, scopes: Array.from({ length: 101 }, String) }],
  ])('makes none for %j with %j', async (subject, init) => {
    const { keys, calls } = createKeys()
    await expect(keys.create(subject, init as typeof INIT)).rejects.toMatchObject({ reason: 'argument' })
    expect(calls).toEqual([])
  })

  it.each([
    [{ prefix: 'a-b' }, 'apiKeys.prefix'],
    [{ prefix: undefined }, 'apiKeys.prefix'],
    [{ lifetime: '401d' }, 'apiKeys.lifetime'],
    [{ store: undefined }, 'apiKeys.store.create'],
    [{ storeTimeout: '2m' }, 'apiKeys.storeTimeout'],
    [{ scopes: [] }, 'apiKeys.scopes'],
  ])('refuses the options %j', (options, option) => {
    const { make } = createKeys()
    expect(() => make(options as Partial<ApiKeysOptions>)).toThrow(
      expect.objectContaining({ code: 'ERR_CONFIG', option }),
    )
  })

  it.each(['read', 'touch'])('rejects as unavailable, and not as unknown, when %s fails', async (failing) => {
    const { keys, hooks } = createKeys()
    const { key } = await keys.create('u-1', INIT)
    hooks.before = (call) => {
      if (call === failing) throw new Error('connection lost')
    }
    await expect(keys.verify(key)).rejects.toMatchObject({ code: 'ERR_UNAVAILABLE' })
  })
})
