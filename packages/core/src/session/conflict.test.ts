import { describe, expect, it } from 'vitest'
import type { JsonValue } from '../json.ts'
import { policyOf, readConflictPolicy, settleConflicts } from './conflict.ts'

const seen = (entries: Record<string, JsonValue | undefined>) => new Map(Object.entries(entries))
const patch = seen
const settled = (entries: Record<string, JsonValue | undefined>, theirs: string[] = []) => ({
  patch: new Map(Object.entries(entries)),
  theirs,
})
const never = () => {
  throw new Error('must not be asked')
}

describe('settleConflicts()', () => {
  it.each([
    ['a key that was never read', seen({}), { a: 1 }],
    ['a key that is as it was read', seen({ a: { x: [1] } }), { a: { x: [1] } }],
    ['a key that had no value and has none', seen({ a: undefined }), {}],
  ])('finds none at %s', (_, read, data) => {
    expect(settleConflicts(patch({ a: 2 }), read, data, never)).toEqual(settled({ a: 2 }))
  })

  it.each([
    ['was changed', seen({ a: 1 }), { a: 2 }],
    ['was deleted', seen({ a: 1 }), {}],
    ['was set', seen({ a: undefined }), { a: 1 }],
    ['was changed to what is to be written', seen({ a: 1 }), { a: 9 }],
  ])('finds one at a key that %s since it was read', (_, read, data) => {
    expect(settleConflicts(patch({ a: 9, b: 1 }), read, data, 'error')).toBeNull()
    expect(settleConflicts(patch({ a: 9, b: 1 }), read, data, 'mine')).toEqual(settled({ a: 9, b: 1 }))
    expect(settleConflicts(patch({ a: 9, b: 1 }), read, data, 'theirs')).toEqual(settled({ b: 1 }, ['a']))
  })

  it('asks a function for each value in conflict, and writes what it returns', () => {
    const asked: unknown[] = []
    const policy = (...given: unknown[]) => {
      asked.push(given)
      return given[2] === 'gone' ? undefined : ['both', given[0], given[1]]
    }
    const data = { a: 2, gone: 3, same: 1 }
    const read = seen({ a: 1, gone: 1, same: 1 })
    expect(settleConflicts(patch({ a: 9, gone: undefined, same: 5, fresh: 6 }), read, data, policy)).toEqual(
      settled({ a: ['both', 9, 2], gone: undefined, same: 5, fresh: 6 }),
    )
    expect(asked).toEqual([
      [9, 2, 'a'],
      [undefined, 3, 'gone'],
    ])
  })

  it('gives the function frozen values, and holds what it returns to JSON', () => {
    const push = (_: unknown, theirs: unknown) => (theirs as unknown[]).push(1)
    expect(() => settleConflicts(patch({ a: 1 }), seen({ a: 0 }), { a: [] }, push)).toThrow(TypeError)
    const date = () => new Date(0)
    expect(() => settleConflicts(patch({ a: 1 }), seen({ a: 0 }), { a: 2 }, date)).toThrow(
      expect.objectContaining({ reason: 'value_not_json' }),
    )
    const promise = async () => 1
    expect(() => settleConflicts(patch({ a: 1 }), seen({ a: 0 }), { a: 2 }, promise)).toThrow(
      expect.objectContaining({ reason: 'value_not_json' }),
    )
  })

  it('passes on what the function throws', () => {
    expect(() => settleConflicts(patch({ a: 1 }), seen({ a: 0 }), { a: 2 }, never)).toThrow('must not be asked')
  })
})

describe('readConflictPolicy()', () => {
  it('takes the three words and functions', () => {
    expect(['error', 'mine', 'theirs', never].map(readConflictPolicy)).toEqual(['error', 'mine', 'theirs', never])
    expect(['merge', '', null, undefined, {}, true].map(readConflictPolicy)).toEqual(Array(6).fill(undefined))
  })
})

describe('policyOf()', () => {
  it('is the call\u2019s, and the strategy\u2019s where the call says nothing', () => {
    expect(policyOf(undefined, 'theirs')).toBe('theirs')
    expect(policyOf({}, 'theirs')).toBe('theirs')
    expect(policyOf({ onConflict: undefined }, 'theirs')).toBe('theirs')
    expect(policyOf({ onConflict: 'mine' }, 'theirs')).toBe('mine')
  })

  it.each([null, 'mine', [], { onConflict: 'merge' }, { onconflict: 'mine' }])('refuses %j', (options) => {
    expect(() => policyOf(options, 'error')).toThrow(expect.objectContaining({ reason: 'argument' }))
  })
})
