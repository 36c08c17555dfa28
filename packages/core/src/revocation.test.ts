import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decideRevocation, learnRevocations, revocationKey, type GrowingRevocations } from './revocation.ts'
import type { RevocationChanges, SubjectCutOff } from './revocation-port.ts'

const SESSION = 'ab'.repeat(16)
const TOKEN = 'AbCdEfGhIjKlMnOpQrStUv'

function know(...answers: readonly Partial<RevocationChanges>[]): GrowingRevocations {
  const known: GrowingRevocations = { revoked: new Map(), cutOffs: new Map() }
  for (const answer of answers) learnRevocations(known, { revoked: [], cutOffs: [], ...answer })
  return known
}

const cutOff = (fields: Partial<SubjectCutOff> = {}): SubjectCutOff => ({
  subject: 'alice',
  epoch: 10,
  spared: null,
  floor: 0,
  ...fields,
})

describe('decideRevocation()', () => {
  it.each([
    ['its session', [SESSION, TOKEN], { id: SESSION, subject: 'alice' }, true],
    ['its token', [SESSION, TOKEN], { id: TOKEN, subject: 'alice' }, true],
    ['another session', [SESSION, TOKEN], { id: 'cd'.repeat(16), subject: 'alice' }, false],
    ['its session, as another subject’s', [SESSION], { id: SESSION, subject: 'bob' }, false],
    ['its session, as nobody’s', [SESSION], { id: SESSION, subject: null }, false],
    ['its session, but by a token without one', [TOKEN], { id: SESSION, subject: 'alice' }, false],
    ['nothing that it names', [], { id: SESSION, subject: 'alice' }, false],
  ])('after the revocation of %s', (_, ids, revoked, expected) => {
    const known = know({ revoked: [{ ...revoked, until: 5 }] })
    expect(decideRevocation({ ids, subject: 'alice', epoch: 99 }, known)).toBe(expected)
  })

  it.each([
    ['below the epoch', [SESSION], 9, cutOff(), true],
    ['at the epoch', [SESSION], 10, cutOff(), false],
    ['below the epoch of another subject', [SESSION], 9, cutOff({ subject: 'bob' }), false],
    ['below the epoch, and the exception', [SESSION], 0, cutOff({ spared: SESSION }), false],
    [
      'below the epoch, and a token of the exception',
      [TOKEN, SESSION],
      4,
      cutOff({ spared: SESSION, floor: 4 }),
      false,
    ],
    ['below the epoch, and an exception that was dead', [SESSION], 3, cutOff({ spared: SESSION, floor: 4 }), true],
    ['below the epoch, and not the exception', [TOKEN], 9, cutOff({ spared: SESSION }), true],
    ['below the epoch, without an id', [], 9, cutOff({ spared: SESSION }), true],
  ])('after a cut-off, %s', (_, ids, epoch, known, expected) => {
    expect(decideRevocation({ ids, subject: 'alice', epoch }, know({ cutOffs: [known] }))).toBe(expected)
  })

  it('spares nobody who has no subject, and cuts off nobody who has none', () => {
    expect(decideRevocation({ ids: [SESSION], subject: null, epoch: 0 }, know({ cutOffs: [cutOff()] }))).toBe(false)
  })
})

describe('revocationKey()', () => {
  it('gives different names to different pairs', () => {
    const pair = fc.tuple(fc.string({ unit: 'binary' }), fc.option(fc.string({ unit: 'binary' })))
    fc.assert(
      fc.property(pair, pair, (one, other) => {
        const isSame = one[0] === other[0] && one[1] === other[1]
        expect(revocationKey(...one) === revocationKey(...other)).toBe(isSame)
      }),
    )
    expect(revocationKey('a', null)).not.toBe(revocationKey('a', 'null'))
  })
})

describe('learnRevocations()', () => {
  it('comes to know the same, in whatever order the answers arrive and however often', () => {
    const revocation = fc.record({
      id: fc.constantFrom(SESSION, TOKEN),
      subject: fc.constantFrom('alice', 'bob', null),
      until: fc.nat(3),
    })
    const answers = fc.array(
      fc.oneof(
        revocation.map((one) => ({ revoked: [one] })),
        fc.nat(3).map((epoch) => ({ cutOffs: [cutOff({ epoch, floor: epoch, spared: `${epoch}` })] })),
      ),
    )
    const twice = answers.chain((given) => fc.tuple(fc.constant(given), fc.shuffledSubarray([...given, ...given])))
    fc.assert(
      fc.property(twice, ([given, shuffled]) => {
        expect(know(...shuffled, ...given)).toEqual(know(...given))
      }),
    )
  })
})
