import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createTestAuth, ORIGIN, type TestAuth } from '../auth.fixture.ts'
import type { JsonObject } from '../json.ts'
import type { OnConflict } from './conflict.ts'
import type { Session } from './session.ts'
import type { StoredSessionOptions } from './stored.ts'

const CONFLICT = expect.objectContaining({ code: 'ERR_SESSION_CONFLICT', reason: 'conflict' })
const sum = (mine: unknown, theirs: unknown) => Number(mine) + Number(theirs)

/** Two requests of one browser that have both read `a`, of which the second has written it since. */
async function race(options: StoredSessionOptions, data: JsonObject = { a: 1 }) {
  const test = createTestAuth({}, options)
  const cookie = await begin(test, data)
  const [mine, theirs, after] = [await arrive(test, cookie), await arrive(test, cookie), () => arrive(test, cookie)]
  mine.get('a')
  await theirs.set('a', 10)
  return { test, mine, theirs, after }
}

async function begin({ visit }: TestAuth, data: JsonObject): Promise<string> {
  const exchange = await visit({ method: 'POST', headers: { origin: ORIGIN } }, { optional: true })
  await (await exchange.context.session()).update(data)
  return exchange.cookiePair()
}

async function arrive({ visit }: TestAuth, cookie: string): Promise<Session> {
  const exchange = await visit({ method: 'POST', headers: { origin: ORIGIN, cookie } }, { optional: true })
  return exchange.context.session()
}

const values = (session: Session) => Object.fromEntries(session.keys().map((key) => [key, session.get(key)]))

describe('a write to a value that another request has changed since it was read', () => {
  it('is refused by default, whole, with an event', async () => {
    const { test, mine, after } = await race({})
    await expect(mine.update({ a: 2, b: 2 })).rejects.toThrow(CONFLICT)
    expect(values(await after())).toEqual({ a: 10 })
    expect(test.events.filter(({ type }) => type === 'session_conflict')).toMatchObject([{ reason: 'conflict' }])
  })

  it.each<[OnConflict, JsonObject]>([
    ['mine', { a: 2, b: 2 }],
    ['theirs', { a: 10, b: 2 }],
    [sum, { a: 12, b: 2 }],
    [() => undefined, { b: 2 }],
  ])('is settled by the onConflict %s of the strategy', async (onConflict, expected) => {
    const { test, mine, after } = await race({ onConflict })
    await mine.update({ a: 2, b: 2 })
    expect(values(await after())).toEqual(expected)
    expect(values(mine)).toEqual(expected)
    expect(test.events.filter(({ type }) => type === 'session_conflict')).toEqual([])
  })

  it.each<[OnConflict, JsonObject]>([
    ['mine', { a: 2 }],
    ['theirs', { a: 10 }],
    [sum, { a: 12 }],
  ])('is settled by the onConflict %s of the call before that of the strategy', async (onConflict, expected) => {
    for (const strategy of ['error', 'theirs', 'mine'] as const) {
      const { mine, after } = await race({ onConflict: strategy })
      await mine.set('a', 2, { onConflict })
      expect(values(await after())).toEqual(expected)
    }
    const { mine } = await race({ onConflict: 'mine' })
    await expect(mine.set('a', 2, { onConflict: 'error' })).rejects.toThrow(CONFLICT)
  })

  it('that deletes it says whether it did', async () => {
    const cases: [OnConflict, boolean, JsonObject][] = [
      ['mine', true, {}],
      ['theirs', false, { a: 10 }],
      [() => undefined, true, {}],
      [(mine, theirs) => [mine ?? 'none', theirs ?? 'none'], false, { a: ['none', 10] }],
    ]
    for (const [onConflict, deleted, expected] of cases) {
      const { mine, after } = await race({})
      await expect(mine.delete('a', { onConflict })).resolves.toBe(deleted)
      expect(values(await after())).toEqual(expected)
    }
  })

  it('that gave way is one of somebody who has seen the other value, the next time', async () => {
    const { mine, after } = await race({ onConflict: 'theirs' })
    await mine.set('a', 2)
    expect(mine.get('a')).toBe(10)
    await mine.set('a', 3)
    expect(values(await after())).toEqual({ a: 3 })
  })

  it('stores nothing when the function throws, and the error is the function\u2019s', async () => {
    const { mine, after } = await race({
      onConflict: () => {
        throw new Error('cannot decide')
      },
    })
    await expect(mine.update({ a: 2, b: 2 })).rejects.toThrow('cannot decide')
    expect(values(await after())).toEqual({ a: 10 })
  })

  it('refuses a call whose onConflict is none', async () => {
    const { mine } = await race({})
    const odd = { onConflict: 'merge' } as never
    for (const write of [mine.set('a', 2, odd), mine.update({ a: 2 }, odd), mine.delete('a', odd)]) {
      await expect(write).rejects.toThrow(expect.objectContaining({ code: 'ERR_USAGE', reason: 'argument' }))
    }
  })

  it('is asked again when another request is faster once more, and loses no addition', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 2, maxLength: 6 }), async (steps) => {
        const test = createTestAuth({}, {})
        const cookie = await begin(test, { n: 0 })
        const sessions = await Promise.all(steps.map(() => arrive(test, cookie)))
        for (const session of sessions) session.get('n')
        const add = (step: number): { onConflict: OnConflict } => ({
          onConflict: (_, theirs) => Number(theirs) + step,
        })
        await Promise.all(sessions.map((session, index) => session.set('n', steps[index] ?? 0, add(steps[index] ?? 0))))
        expect((await arrive(test, cookie)).get('n')).toBe(steps.reduce((total, step) => total + step, 0))
      }),
      { numRuns: 25 },
    )
  })
})
