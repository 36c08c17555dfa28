/**
 * How a store of revocations grows.
 *
 * @module
 */

import type { Backend } from '../stores/backend.ts'
import { forEachNumber, revocationOf } from '../stores/records.ts'
import { createCurveBook, timeEach, type Curve } from './curve.ts'

const FILLERS = 256
const NOW = 1_800_000_000_000
/** What copies ask: from a time on at which nothing was written any more. */
const LATER = NOW + 600_000

/**
 * Fills a store step by step, and measures each operation at each size.
 *
 * @param sizes Rising.
 * @param samples How many operations are timed at each size, and no more than what it has.
 * @throws {Error} When what was revoked is not revoked, or what was not is.
 */
export async function measureRevocationGrowth(
  backend: Backend,
  sizes: readonly number[],
  samples: number,
  progress: (revocations: number) => void,
): Promise<readonly Curve[]> {
  const { revocations } = backend
  const call = { now: NOW }
  const book = createCurveBook()
  let filled = 0
  let added = 0
  for (const size of sizes) {
    progress(size)
    await fill(backend, filled, size)
    filled = size
    const count = Math.min(samples, size)
    const revokedAt = (index: number): { readonly id: string; readonly subject: string } =>
      revocationOf(Math.floor(((index * 0.618_034) % 1) * size), NOW).revoked
    const ask = async (index: number): Promise<void> => {
      const { id, subject } = revokedAt(index)
      const isDead = index % 2 === 0
      const ids = [isDead ? id : `${id.slice(0, -1)}-`]
      if ((await revocations.isRevoked({ ids, subject, epoch: 0 }, call)) !== isDead)
        throw new Error('The store does not know what was revoked')
    }
    await timeEach(count, ask)
    book.add('is it revoked', size, await timeEach(count, ask))
    book.add(
      'epoch of a user',
      size,
      await timeEach(count, (index) => revocations.epochOf(revokedAt(index).subject, call)),
    )
    const revoke = await timeEach(count, (index) => {
      const { revoked, until } = revocationOf(-1 - added - index, NOW)
      return revocations.revoke(revoked, until, call)
    })
    book.add('revoke', size, revoke)
    const cutOff = await timeEach(count, (index) => revocations.revokeAllForSubject(`gone-${added + index}`, {}, call))
    book.add('revoke all of a user', size, cutOff)
    added += count
    const later = { now: LATER }
    book.add('what is new', size, await timeEach(Math.min(count, 100), () => revocations.changedSince(LATER, later)))
  }
  return book.fit('revocations')
}

async function fill({ revocations, fillRevocations }: Backend, from: number, to: number): Promise<void> {
  const call = { now: NOW }
  if (fillRevocations !== undefined) return fillRevocations(from, to, call)
  return forEachNumber(
    from,
    to,
    (index) => {
      const { revoked, until } = revocationOf(index, NOW)
      return revocations.revoke(revoked, until, call)
    },
    FILLERS,
  )
}
