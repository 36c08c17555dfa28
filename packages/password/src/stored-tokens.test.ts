import { createTestRuntime } from '@latchkey/testing'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkTokenData, checkTokenSubject, createStoredTokens, readStoreTimeout } from './stored-tokens.ts'
import { createTestTokenStore } from './tokens.fixture.ts'

const GROUND = { prefix: 'lkt', purpose: 'own', storeTimeout: 2_000 }
const INIT = { subject: 'u-1', lifetime: 1_000, data: {}, binding: undefined }

describe('createStoredTokens()', () => {
  it('takes another id rather than the token of somebody else', async () => {
    const { store } = createTestTokenStore()
    const first = await createStoredTokens(store, createTestRuntime(), GROUND).issue(INIT)
    // The same seed gives the same id once more.
    const again = createStoredTokens(store, createTestRuntime(), GROUND)
    const second = await again.issue({ ...INIT, subject: 'u-2' })
    expect(second.record.id).not.toBe(first.record.id)
    expect(await again.prove(first.text, undefined)).toMatchObject({ ok: true, record: { subject: 'u-1' } })
    expect(await again.prove(second.text, undefined)).toMatchObject({ ok: true, record: { subject: 'u-2' } })
  })

  it('proves nothing by a text that differs in one character', async () => {
    const { store } = createTestTokenStore()
    const tokens = createStoredTokens(store, createTestRuntime(), GROUND)
    const { text } = await tokens.issue(INIT)
    for (let at = 0; at < text.length; at += 1) {
      const changed = `${text.slice(0, at)}${text[at] === 'a' ? 'b' : 'a'}${text.slice(at + 1)}`
      expect(await tokens.prove(changed, undefined)).toMatchObject({ ok: false })
    }
  })

  it('calls nothing on the store for a time that is none', async () => {
    const { store, calls } = createTestTokenStore()
    const runtime = createTestRuntime({ now: NaN })
    await expect(createStoredTokens(store, runtime, GROUND).issue(INIT)).rejects.toMatchObject({
      code: 'ERR_UNAVAILABLE',
    })
    expect(calls).toEqual([])
  })

  it('says nothing of the store in its error but the cause', async () => {
    const { store, hooks } = createTestTokenStore()
    const cause = new Error('connection lost')
    hooks.before = () => {
      throw cause
    }
    await expect(createStoredTokens(store, createTestRuntime(), GROUND).issue(INIT)).rejects.toMatchObject({ cause })
  })
})

describe('the time limit of the store', () => {
  it('gives a call up that does not answer, aborts it, and stops no other', async () => {
    const { store } = createTestTokenStore()
    const runtime = createTestRuntime()
    const signals: (AbortSignal | undefined)[] = []
    const silent: typeof store = { ...store, read: (_id, { signal }) => (signals.push(signal), new Promise(() => {})) }
    const { text } = await createStoredTokens(store, runtime, GROUND).issue(INIT)
    const asked = createStoredTokens(silent, runtime, GROUND).prove(text, undefined)
    runtime.advance(1.999)
    expect(signals[0]?.aborted).toBe(false)
    runtime.advance(0.001)
    await expect(asked).rejects.toMatchObject({ code: 'ERR_UNAVAILABLE', status: 503 })
    expect(signals[0]?.aborted).toBe(true)
    expect(await createStoredTokens(store, runtime, GROUND).prove('x', undefined)).toMatchObject({ ok: false })
  })

  it.each([0, '61s', 'soon', Number.NaN])('cannot be %j', (timeout) => {
    expect(() => readStoreTimeout('x.storeTimeout', timeout)).toThrow(
      expect.objectContaining({ code: 'ERR_CONFIG', option: 'x.storeTimeout' }),
    )
  })

  it('is 2 seconds unless told otherwise', () => {
    expect([readStoreTimeout('x', undefined), readStoreTimeout('x', 0.5)]).toEqual([2_000, 500])
  })
})

describe('checkTokenData()', () => {
  it('accepts what JSON carries unchanged', () => {
    const value = fc.dictionary(
      fc.string().filter((name) => name !== '__proto__'),
      fc.jsonValue({ maxDepth: 3, stringUnit: 'binary' }),
    )
    fc.assert(
      fc.property(value, (data) => {
        const text = JSON.stringify(data)
        fc.pre(text.length <= 4_096 && !text.includes('__proto__'))
        if (isUnchanged(data)) expect(checkTokenData(data)).toBe(data)
      }),
    )
  })

  it.each([
    [null],
    [[]],
    ['x'],
    [new Map()],
    [{ a: undefined }],
    [{ a: () => 1 }],
    [{ a: 1n }],
    [{ a: [Infinity] }],
    [{ a: -0 }],
    [{ a: '\ud800' }],
    [{ a: new Date(0) }],
    [{ a: [, 1] }], // oxlint-disable-line no-sparse-arrays
    [cyclic()],
  ])('refuses %o', (value) => {
    expect(() => checkTokenData(value)).toThrow(expect.objectContaining({ reason: 'value_not_json' }))
  })
})

describe('checkTokenSubject()', () => {
  it('takes 1 to 255 characters', () => {
    for (const subject of ['a', 'x'.repeat(255), 'Ünï 1']) expect(checkTokenSubject(subject)).toBe(subject)
    for (const subject of ['', 'x'.repeat(256), '\udc00', 1, null, undefined, ['a']]) {
      expect(() => checkTokenSubject(subject)).toThrow(expect.objectContaining({ reason: 'argument' }))
    }
  })
})

function isUnchanged(value: unknown): boolean {
  const text = JSON.stringify(value)
  return !/\\ud[89a-f]/i.test(text) && Object.is(JSON.stringify(JSON.parse(text)), text) && !hasNegativeZero(value)
}

function hasNegativeZero(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return Object.values(value).some(hasNegativeZero)
  return Object.is(value, -0)
}

function cyclic(): object {
  const value: Record<string, unknown> = {}
  value['self'] = value
  return value
}
