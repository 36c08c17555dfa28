import { describe, expect, it } from 'vitest'
import {
  decodeCutOff,
  decodeRevocation,
  encodeCutOff,
  encodeRevocation,
  parseCutOff,
} from './revocation-store-scripts.ts'

describe('decodeRevocation()', () => {
  it.each([null, 'alice', '', '\ud800 "}\n'])('reads what was written for the subject %j', (subject) => {
    expect(decodeRevocation(encodeRevocation({ id: 'a', subject }), '5')).toEqual([{ id: 'a', subject, until: 5 }])
  })

  it.each(['', '{', 'null', '5', '[]', '["a"]', '["a",5]', '[5,"a"]'])('reads nothing from %j', (member) => {
    expect(decodeRevocation(member, '5')).toEqual([])
  })
})

describe('decodeCutOff()', () => {
  it('reads what was written, with an exception and without', () => {
    const cutOff = { subject: 'alice', epoch: 7, spared: 'a', floor: 3 }
    expect(decodeCutOff(encodeCutOff('alice', '7 3 a'))).toEqual([cutOff])
    expect(decodeCutOff(encodeCutOff('alice', '7 3 '))).toEqual([{ ...cutOff, spared: null }])
  })

  it.each(['', '[]', '["a"]', '["a","7"]', '["a","7 3"]', '[1,"7 3 "]'])('reads nothing from %j', (member) => {
    expect(decodeCutOff(member)).toEqual([])
  })
})

describe('parseCutOff()', () => {
  it.each(['', '7', '7 3', '-7 3 ', ' 7 3 ', '7.5 3 ', 'a b c'])('gives undefined for %j', (text) => {
    expect(parseCutOff('alice', text)).toBeUndefined()
  })
})
