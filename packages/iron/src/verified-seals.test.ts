import type { SessionRecord } from '@latchkey/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createVerifiedSeals } from './verified-seals.ts'

const recordOf = (id: string) => ({ id }) as SessionRecord

describe('createVerifiedSeals()', () => {
  it('knows a seal by its whole text', () => {
    const seals = createVerifiedSeals({ maxEntries: 2, maxLength: 100 })
    seals.set('one', recordOf('1'))
    expect(seals.get('one')).toEqual({ id: '1' })
    expect(seals.get('One')).toBeUndefined()
    expect(seals.get('__proto__')).toBeUndefined()
  })

  it('forgets the longest unused one when there are too many', () => {
    const seals = createVerifiedSeals({ maxEntries: 2, maxLength: 100 })
    seals.set('one', recordOf('1'))
    seals.set('two', recordOf('2'))
    seals.get('one')
    seals.set('three', recordOf('3'))
    expect(['one', 'two', 'three'].map((seal) => seals.get(seal)?.id)).toEqual(['1', undefined, '3'])
  })

  it('remembers nothing where it may have no entry', () => {
    const seals = createVerifiedSeals({ maxEntries: 0, maxLength: 0 })
    seals.set('one', recordOf('1'))
    expect(seals.get('one')).toBeUndefined()
  })

  it('never holds more than its bounds, whatever is put in', () => {
    const seal = fc.string({ minLength: 1, maxLength: 8 })
    fc.assert(
      fc.property(fc.array(seal), fc.nat(4), fc.nat(20), (texts, maxEntries, maxLength) => {
        const seals = createVerifiedSeals({ maxEntries, maxLength })
        for (const text of texts) seals.set(text, recordOf(text))
        const held = [...new Set(texts)].filter((text) => seals.get(text) !== undefined)
        expect(held.length).toBeLessThanOrEqual(maxEntries)
        expect(held.join('').length).toBeLessThanOrEqual(maxLength)
        for (const text of held) expect(seals.get(text)).toEqual({ id: text })
      }),
    )
  })
})
