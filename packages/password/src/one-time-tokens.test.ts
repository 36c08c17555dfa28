import { createTestRuntime } from '@latchkey/testing'
import { describe, expect, it } from 'vitest'
import { createOneTimeTokens, type OneTimeTokensOptions } from './one-time-tokens.ts'
import { createTestTokenStore } from './tokens.fixture.ts'

const MINUTE = 60_000

function createTokens(overrides: Partial<OneTimeTokensOptions> = {}) {
  const runtime = createTestRuntime()
  const test = createTestTokenStore()
  const base = { store: test.store, runtime }
  const make = (options: Partial<OneTimeTokensOptions> = {}) =>
    createOneTimeTokens({ ...base, purpose: 'password-reset', ...options })
  return { ...test, runtime, make, tokens: make(overrides) }
}

describe('createOneTimeTokens()', () => {
  it('gives a token that is good once, with its subject and data', async () => {
    const { tokens } = createTokens()
    const token = await tokens.issue('u-1', { data: { email: 'a@example.com' } })
    expect(token).toMatch(/^lkt_[0-9a-f]{32}\.[A-Za-z0-9_-]{43}$/)
    const good = { ok: true, subject: 'u-1', data: { email: 'a@example.com' } }
    expect(await tokens.check(token)).toEqual(good)
    expect(await tokens.check(token)).toEqual(good)
    expect(await tokens.consume(token)).toEqual(good)
    expect(await tokens.consume(token)).toEqual({ ok: false, code: 'unknown' })
    expect(await tokens.check(token)).toEqual({ ok: false, code: 'unknown' })
  })

  it('lets one of 20 parallel consumers win', async () => {
    const { tokens } = createTokens()
    const token = await tokens.issue('u-1')
    const results = await Promise.all(Array.from({ length: 20 }, () => tokens.consume(token)))
    expect(results.filter(({ ok }) => ok)).toHaveLength(1)
    expect(results.filter((result) => !result.ok && result.code === 'unknown')).toHaveLength(19)
  })

  it('lets one of 20 consumers win that have all proved the token before any of them uses it up', async () => {
    const { tokens, hooks } = createTokens()
    const token = await tokens.issue('u-1')
    const { promise, resolve } = Promise.withResolvers<void>()
    let waiting = 0
    hooks.before = (call) => {
      if (call !== 'consume') return undefined
      waiting += 1
      if (waiting === 20) resolve()
      return promise
    }
    const results = await Promise.all(Array.from({ length: 20 }, () => tokens.consume(token)))
    expect(results.filter(({ ok }) => ok)).toHaveLength(1)
  })

  it('expires at the exact millisecond', async () => {
    const { tokens, runtime } = createTokens({ lifetime: '15m' })
    const token = await tokens.issue('u-1')
    const end = runtime.now() + 15 * MINUTE
    runtime.set(end - 1)
    expect(await tokens.check(token)).toMatchObject({ ok: true })
    runtime.set(end)
    expect(await tokens.check(token)).toEqual({ ok: false, code: 'expired' })
    expect(await tokens.consume(token)).toEqual({ ok: false, code: 'expired' })
  })

  it('refuses a token that expires between the proof and the use', async () => {
    const { tokens, runtime, hooks } = createTokens({ lifetime: '15m' })
    const token = await tokens.issue('u-1')
    runtime.advance('899s')
    hooks.after = (call) => {
      if (call === 'read') runtime.advance('1s')
    }
    expect(await tokens.consume(token)).toEqual({ ok: false, code: 'unknown' })
  })

  it('tells nobody that a token has expired who does not hold it', async () => {
    const { tokens, runtime } = createTokens()
    const token = await tokens.issue('u-1')
    const other = await tokens.issue('u-2')
    runtime.advance('1h')
    const forged = `${token.slice(0, 37)}${other.slice(37)}`
    expect(await tokens.check(forged)).toEqual({ ok: false, code: 'unknown' })
  })

  it('refuses a token of another purpose, and leaves it good', async () => {
    const { make, tokens } = createTokens()
    const invitations = make({ purpose: 'invitation' })
    const token = await invitations.issue('u-1')
    expect(await tokens.consume(token)).toEqual({ ok: false, code: 'unknown' })
    expect(await invitations.consume(token)).toMatchObject({ ok: true })
  })

  it('refuses a token of another purpose although somebody relabelled its row', async () => {
    const { make, tokens, store, written, runtime } = createTokens()
    const token = await make({ purpose: 'invitation' }).issue('u-1')
    const call = { now: runtime.now() }
    const [row] = written
    if (row === undefined) throw new Error('A row was written')
    await store.revoke(row.id, call)
    await store.create({ ...row, purpose: 'password-reset' }, call)
    expect(await tokens.consume(token)).toEqual({ ok: false, code: 'unknown' })
  })

  it('refuses a token of its own whose row somebody relabelled for another purpose', async () => {
    const { tokens, store, written, runtime } = createTokens()
    const token = await tokens.issue('u-1')
    const call = { now: runtime.now() }
    const [row] = written
    if (row === undefined) throw new Error('A row was written')
    await store.revoke(row.id, call)
    await store.create({ ...row, purpose: 'invitation' }, call)
    expect(await tokens.consume(token)).toEqual({ ok: false, code: 'unknown' })
  })

  it.each([
    ['another prefix', (token: string) => token.replace('lkt', 'lks')],
    ['half a token', (token: string) => token.slice(0, 40)],
    ['nothing', () => ''],
    ['no text', () => ({})],
  ])('refuses %s without a call to the store', async (_, change) => {
    const { tokens, calls } = createTokens()
    const token = await tokens.issue('u-1')
    calls.length = 0
    expect(await tokens.check(change(token))).toEqual({ ok: false, code: 'malformed' })
    expect(await tokens.consume(change(token))).toEqual({ ok: false, code: 'malformed' })
    expect(calls).toEqual([])
  })

  it('refuses a forged verifier, and leaves the token good', async () => {
    const { tokens } = createTokens({ voidEarlier: false })
    const token = await tokens.issue('u-1')
    const other = await tokens.issue('u-1')
    expect(await tokens.consume(`${token.slice(0, 37)}${other.slice(37)}`)).toEqual({ ok: false, code: 'unknown' })
    expect(await tokens.consume(token)).toMatchObject({ ok: true })
  })

  it('binds a token to what must be presented again, and keeps that nowhere', async () => {
    const { tokens, written } = createTokens({ purpose: 'magic-link' })
    const token = await tokens.issue('u-1', { binding: 'canary-browser' })
    for (const proof of [undefined, {}, { binding: undefined }, { binding: '' }, { binding: 'other' }]) {
      expect(await tokens.consume(token, proof)).toEqual({ ok: false, code: 'unknown' })
    }
    expect(await tokens.consume(token, { binding: ['canary-browser'] as unknown as string })).toMatchObject({
      ok: false,
    })
    expect(JSON.stringify(written)).not.toContain('canary-browser')
    expect(await tokens.consume(token, { binding: 'canary-browser' })).toMatchObject({ ok: true })
    const unbound = await tokens.issue('u-1')
    expect(await tokens.consume(unbound, { binding: 'x' })).toEqual({ ok: false, code: 'unknown' })
  })

  it('writes the verifier nowhere', async () => {
    const { tokens, written } = createTokens()
    const token = await tokens.issue('u-1', { data: { a: 1 } })
    const verifier = token.slice(token.indexOf('.') + 1)
    const text = JSON.stringify(written)
    for (const encoding of ['base64url', 'base64', 'hex'] as const) {
      expect(text).not.toContain(Buffer.from(verifier, 'base64url').toString(encoding))
    }
    expect(text).toContain(token.slice(4, 36))
  })

  it.each([
    ['password-reset', 30 * MINUTE, true],
    ['magic-link', 15 * MINUTE, true],
    ['email-verification', 1_440 * MINUTE, true],
    ['invitation', 7 * 1_440 * MINUTE, false],
  ])('gives %s its lifetime, and whether it voids earlier ones', async (purpose, lifetime, voids) => {
    const { tokens, written } = createTokens({ purpose })
    const first = await tokens.issue('u-1')
    const second = await tokens.issue('u-1')
    expect((written[0]?.expiresAt ?? 0) - (written[0]?.createdAt ?? 0)).toBe(lifetime)
    expect((await tokens.check(first)).ok).toBe(!voids)
    expect((await tokens.check(second)).ok).toBe(true)
  })

  it('voids no token of another subject or purpose', async () => {
    const { tokens, make } = createTokens()
    const others = [await tokens.issue('u-2'), await make({ purpose: 'magic-link' }).issue('u-1')]
    await tokens.consume(await tokens.issue('u-1'))
    expect((await tokens.check(others[0])).ok).toBe(true)
    expect((await make({ purpose: 'magic-link' }).check(others[1])).ok).toBe(true)
  })

  it('voids the siblings of a token that is used, which were issued at the same moment', async () => {
    const { tokens, hooks } = createTokens()
    const { promise, resolve } = Promise.withResolvers<void>()
    let revoked = 0
    hooks.after = (call) => {
      if (call !== 'revokeAll') return undefined
      revoked += 1
      if (revoked === 2) resolve()
      return promise
    }
    const [one, other] = await Promise.all([tokens.issue('u-1'), tokens.issue('u-1')])
    expect((await tokens.check(other)).ok).toBe(true)
    expect((await tokens.consume(one)).ok).toBe(true)
    expect(await tokens.consume(other)).toEqual({ ok: false, code: 'unknown' })
  })

  it('revokes all tokens of a subject', async () => {
    const { tokens } = createTokens({ purpose: 'invitation' })
    const all = [await tokens.issue('u-1'), await tokens.issue('u-1')]
    expect(await tokens.revokeAll('u-1')).toBe(2)
    for (const token of all) expect(await tokens.consume(token)).toEqual({ ok: false, code: 'unknown' })
  })

  it.each(['read', 'consume', 'create', 'revokeAll'])('rejects as unavailable when %s fails', async (failing) => {
    const { tokens, hooks } = createTokens()
    const token = await tokens.issue('u-1')
    hooks.before = (call) => {
      if (call === failing) throw new Error('connection lost')
    }
    const unavailable = expect.objectContaining({ code: 'ERR_UNAVAILABLE' })
    const call = failing === 'create' ? tokens.issue('u-1') : tokens.consume(token)
    await expect(call).rejects.toEqual(unavailable)
  })

  it('fails closed when the clock answers nonsense', async () => {
    const { tokens, runtime } = createTokens()
    const token = await tokens.issue('u-1')
    for (const now of [NaN, -1, 1.5, Infinity]) {
      runtime.set(now)
      await expect(tokens.consume(token)).rejects.toMatchObject({ code: 'ERR_UNAVAILABLE' })
    }
  })

  it.each([
    [{ purpose: 'Reset' }, 'oneTimeTokens.purpose'],
    [{ purpose: 'api-key:acme' }, 'oneTimeTokens.purpose'],
    [{ purpose: 'own' }, 'oneTimeTokens.lifetime'],
    [{ purpose: '__proto__', lifetime: '1h' }, 'oneTimeTokens.purpose'],
    [{ purpose: 'constructor' }, 'oneTimeTokens.lifetime'],
    [{ lifetime: '61m' }, 'oneTimeTokens.lifetime'],
    [{ lifetime: 0.5 }, 'oneTimeTokens.lifetime'],
    [{ prefix: 'a-b' }, 'oneTimeTokens.prefix'],
    [{ voidEarlier: 1 }, 'oneTimeTokens.voidEarlier'],
    [{ store: {} }, 'oneTimeTokens.store.create'],
    [{ store: null }, 'oneTimeTokens.store.create'],
    [{ runtime: {} }, 'oneTimeTokens.runtime.now'],
    [{ ttl: 1 }, 'oneTimeTokens.ttl'],
  ])('refuses the options %j', (options, option) => {
    const { make } = createTokens()
    expect(() => make(options as Partial<OneTimeTokensOptions>)).toThrow(
      expect.objectContaining({ code: 'ERR_CONFIG', option }),
    )
  })

  it.each([
    ['', {}, 'argument'],
    ['x'.repeat(256), {}, 'argument'],
    ['\ud800', {}, 'argument'],
    [5, {}, 'argument'],
    ['u-1', { binding: '' }, 'argument'],
    ['u-1', { binding: 5 }, 'argument'],
    ['u-1', { data: [] }, 'value_not_json'],
    ['u-1', { data: { a: undefined } }, 'value_not_json'],
    ['u-1', { data: { a: new Date(0) } }, 'value_not_json'],
    ['u-1', { data: { a: NaN } }, 'value_not_json'],
    ['u-1', { data: JSON.parse('{"__proto__":1}') as object }, 'value_not_json'],
    ['u-1', { data: { a: 'x'.repeat(4_096) } }, 'value_not_json'],
  ])('issues none for the subject %j with %j', async (subject, init, reason) => {
    const { tokens, calls } = createTokens()
    const issue = tokens.issue as (subject: unknown, init: unknown) => Promise<string>
    await expect(issue(subject, init)).rejects.toMatchObject({ code: 'ERR_USAGE', reason })
    expect(calls).toEqual([])
  })
})
