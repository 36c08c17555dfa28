import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { SessionRecord } from '@latchkey/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createVerifiedSeals } from './verified-seals.ts'

const recordOf = (id: string) => ({ id }) as SessionRecord
const sealOf = (index: number) => `Fe26.2*${index}*${String(index).padStart(43, 'A')}~2`

describe('createVerifiedSeals()', () => {
  it('knows a seal by its whole text', () => {
    const seals = createVerifiedSeals(2)
    const seal = sealOf(1)
    seals.set(seal, recordOf('1'))
    expect(seals.get(seal)).toEqual({ id: '1' })
    const mac = seal.slice(-45)
    const others = [
      mac,
      `x${seal}`,
      `${seal}x`,
      seal.slice(1),
      seal.replace('Fe26.2', 'Fe26.3'),
      seal.replace('A1~', 'B1~'),
    ]
    for (const other of [...others, '', '__proto__']) expect(seals.get(other)).toBeUndefined()
  })

  it('keeps apart seals that end alike', () => {
    const seals = createVerifiedSeals(10)
    const [one, other] = [sealOf(1), sealOf(1).replace('2*1', '2*7')]
    seals.set(one, recordOf('1'))
    expect(seals.get(other)).toBeUndefined()
    seals.set(other, recordOf('2'))
    expect([seals.get(one)?.id, seals.get(other)?.id]).toEqual([undefined, '2'])
  })

  it('forgets the longest unused one when there are too many', () => {
    const seals = createVerifiedSeals(2)
    seals.set(sealOf(1), recordOf('1'))
    seals.set(sealOf(2), recordOf('2'))
    seals.get(sealOf(1))
    seals.set(sealOf(3), recordOf('3'))
    expect([1, 2, 3].map((index) => seals.get(sealOf(index))?.id)).toEqual(['1', undefined, '3'])
  })

  it('holds on to no header that a seal was a part of', () => {
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc') as () => void
    const heap = () => (collect(), process.memoryUsage().heapUsed)
    const seals = createVerifiedSeals(100)
    const before = heap()
    for (let index = 0; index < 100; index += 1) {
      const header = Buffer.alloc(1_000_000, 'a').toString('latin1').concat(sealOf(index))
      seals.set(header.slice(-sealOf(index).length), recordOf(`${index}`))
    }
    expect(heap() - before).toBeLessThan(10_000_000)
    expect(seals.get(sealOf(99))?.id).toBe('99')
  })

  it('remembers nothing where it may have no entry', () => {
    const seals = createVerifiedSeals(0)
    seals.set(sealOf(1), recordOf('1'))
    expect(seals.get(sealOf(1))).toBeUndefined()
  })

  it('never holds more than it may, whatever is put in', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(30)), fc.integer({ min: 2, max: 9 }), (indexes, most) => {
        const seals = createVerifiedSeals(most)
        for (const index of indexes) seals.set(sealOf(index), recordOf(`${index}`))
        const held = [...new Set(indexes)].filter((index) => seals.get(sealOf(index)) !== undefined)
        expect(held.length).toBeLessThanOrEqual(most)
        for (const index of held) expect(seals.get(sealOf(index))).toEqual({ id: `${index}` })
      }),
    )
  })
})
