import { describe, expect, it } from 'vitest'
import { decodeCutOff, decodeEpoch, decodeRevocation, decodeWrites, NOBODY, ownerOf } from './revocation-row.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

describe('decodeRevocation()', () => {
  it.each([
    ['text and a number', { id: 'a', subject: 'alice', expires_at: 5 }, 'alice'],
    ['text, and a number as text', { id: 'a', subject: 'alice', expires_at: '5' }, 'alice'],
    ['bytes', { id: bytes('a'), subject: bytes('alice'), expires_at: 5 }, 'alice'],
    ['nobody as text', { id: 'a', subject: NOBODY, expires_at: 5 }, null],
    ['nobody as bytes', { id: 'a', subject: bytes(NOBODY), expires_at: 5 }, null],
    ['a subject of the same character', { id: 'a', subject: ownerOf(NOBODY), expires_at: 5 }, NOBODY],
  ])('reads %s', (_, row, subject) => {
    expect(decodeRevocation(row)).toEqual({ id: 'a', subject, until: 5 })
  })

  it.each([undefined, null, {}, { id: 1, subject: 'a', expires_at: 5 }, { id: 'a', subject: 'a', expires_at: 1.5 }])(
    'reads %j as none',
    (row) => {
      expect(decodeRevocation(row)).toBeNull()
    },
  )
})

describe('decodeCutOff()', () => {
  it('reads a row, with an exception and without', () => {
    const row = { subject: 'alice', epoch: 5n, spared: bytes('a'), floor_epoch: 2 }
    expect(decodeCutOff(row)).toEqual({ subject: 'alice', epoch: 5, spared: 'a', floor: 2 })
    expect(decodeCutOff({ ...row, spared: null })).toEqual({ subject: 'alice', epoch: 5, spared: null, floor: 2 })
  })

  it.each([
    {},
    { subject: 'a', epoch: 1, spared: 5, floor_epoch: 0 },
    { subject: NOBODY, epoch: 1, spared: null, floor_epoch: 0 },
  ])('reads %j as none', (row) => {
    expect(decodeCutOff(row)).toBeNull()
  })
})

describe('decodeEpoch()', () => {
  it('reads 0 where there is no row', () => {
    expect([decodeEpoch(undefined), decodeEpoch({ epoch: '7' })]).toEqual([0, 7])
  })
})

describe('decodeWrites()', () => {
  it('reads a number as drivers give it', () => {
    expect([decodeWrites({ writes: 1 }), decodeWrites({ writes: '2' }), decodeWrites(undefined)]).toEqual([
      1,
      2,
      undefined,
    ])
  })
})
