import { describe, expect, it } from 'vitest'
import { UnavailableError } from '../faults.ts'
import type { SessionRecord } from '../ports.ts'
import type { SessionCheck } from './strategy.ts'
import { createSessionView, type SessionView } from './view.ts'

const recordOf = (fields: Partial<SessionRecord> = {}): SessionRecord =>
  ({ id: 'one', subject: 'user-1', scopes: ['read'], data: { cart: [1], constructor: 2 }, ...fields }) as SessionRecord

/** An engine that answers one after the other. */
function engineOf(...answers: (SessionCheck | Error)[]) {
  const asked: SessionRecord[] = []
  return {
    asked,
    async revalidate(record: SessionRecord): Promise<SessionCheck> {
      asked.push(record)
      const answer = answers.shift()
      if (answer === undefined || answer instanceof Error) throw answer ?? new Error('not expected')
      return answer
    },
  }
}

const shownBy = (view: SessionView) => [view.id, view.subject, view.scopes, view.keys()]
const EMPTY = [null, null, [], []]

describe('createSessionView()', () => {
  it('shows the session as it was opened, frozen', () => {
    const view = createSessionView(recordOf(), engineOf())
    expect(shownBy(view)).toEqual(['one', 'user-1', ['read'], ['cart', 'constructor']])
    expect([view.get('cart'), view.has('cart'), view.get('other'), view.has('toString')]).toEqual([
      [1],
      true,
      undefined,
      false,
    ])
    expect(() => (view.get('cart') as unknown[]).push(2)).toThrow(TypeError)
    expect([Object.isFrozen(view), Object.isFrozen(view.scopes)]).toEqual([true, true])
    expect('set' in view).toBe(false)
  })

  it('shows what the session holds when it was revalidated', async () => {
    const newest = recordOf({ scopes: [], data: { cart: [1, 2] } })
    const engine = engineOf({ status: 'live', record: newest }, { status: 'live', record: newest })
    const view = createSessionView(recordOf(), engine)
    expect(await view.revalidate()).toBe('live')
    expect([view.get('cart'), view.scopes]).toEqual([[1, 2], []])
    await view.revalidate()
    expect(engine.asked[1]).toBe(newest)
  })

  it.each(['gone', 'expired'] as const)(
    'is empty from the moment in which it is %s, and asks no more',
    async (status) => {
      const engine = engineOf({ status })
      const view = createSessionView(recordOf(), engine)
      expect(await view.revalidate()).toBe(status)
      expect(shownBy(view)).toEqual(EMPTY)
      expect(await view.revalidate()).toBe(status)
      expect(engine.asked).toHaveLength(1)
    },
  )

  it('does not come back by an answer that was under way when it ended', async () => {
    const view = createSessionView(recordOf(), engineOf({ status: 'gone' }, { status: 'live', record: recordOf() }))
    expect(await Promise.all([view.revalidate(), view.revalidate()])).toEqual(['gone', 'gone'])
    expect(shownBy(view)).toEqual(EMPTY)
  })

  it('is gone, and asks nothing, where there was no session', async () => {
    const view = createSessionView(null, engineOf())
    expect(shownBy(view)).toEqual(EMPTY)
    expect(await view.revalidate()).toBe('gone')
  })

  it('shows what it did when the store is out of reach', async () => {
    const view = createSessionView(recordOf(), engineOf(new UnavailableError()))
    await expect(view.revalidate()).rejects.toThrow(expect.objectContaining({ code: 'ERR_UNAVAILABLE' }))
    expect(view.id).toBe('one')
  })
})
