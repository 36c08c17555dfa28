import { describe, expect, it } from 'vitest'
import { measureCase, type Subject } from './measuring.ts'

const EFFORT = { rounds: 3, batch: 1 }

function subject(name: string, role: Subject['role'], run: Subject['run'] = () => {}): Subject {
  return { name, role, run, check() {} }
}

describe('measureCase()', () => {
  it('runs every subject, and one of them again for control', async () => {
    const indexes: number[] = []
    const result = await measureCase(
      {
        name: 'case',
        subjects: [subject('ours', 'ours', (index) => indexes.push(index)), subject('floor', 'floor')],
      },
      EFFORT,
    )
    expect(result.figures.map(({ subject: { name } }) => name)).toEqual(['ours', 'floor'])
    for (const figures of result.figures) {
      expect(figures.wall).toBeGreaterThan(0)
      expect(figures.cpu).toBeGreaterThanOrEqual(0)
    }
    expect(result.control.wall).toBeGreaterThan(0)
    expect(result.figures[0]?.ratioTo('ours', 'wall')).toBe(1)
    // Each index comes once to the subject itself, and once to its control.
    expect(indexes.filter((index) => index === 0)).toHaveLength(2)
  })

  it('waits for what is not done at once, so many at a time', async () => {
    let underWay = 0
    let most = 0
    const run = async (): Promise<void> => {
      underWay += 1
      most = Math.max(most, underWay)
      await Promise.resolve()
      underWay -= 1
    }
    await measureCase({ name: 'case', subjects: [subject('ours', 'ours', run)], inFlight: 8 }, EFFORT)
    expect([underWay, most]).toEqual([0, 8])
  })

  it('gives what is under way together ten turns a batch, however long one takes', async () => {
    let runs = 0
    await measureCase(
      { name: 'case', subjects: [subject('ours', 'ours', () => (runs += 1))], inFlight: 8 },
      { rounds: 1, batch: 0 },
    )
    // Four turns to see how long one takes; then a batch to be warm and a batch that counts, for the subject itself and for its control.
    expect(runs).toBe(4 * 8 + 2 * 2 * 10 * 8)
  })

  it('leaves nothing of a subject for the turn of another', async () => {
    let pending = 0
    const seen: number[] = []
    const leaving = subject('ours', 'ours', () => {
      pending += 1
      setImmediate(() => (pending -= 1))
    })
    const other = subject('peer', 'peer', () => seen.push(pending))
    await measureCase({ name: 'case', subjects: [leaving, other] }, { rounds: 2, batch: 0 })
    expect(new Set(seen)).toEqual(new Set([0]))
  })

  it('measures nothing whose check fails', async () => {
    let runs = 0
    const failing: Subject = {
      ...subject('peer', 'peer', () => (runs += 1)),
      check() {
        throw new Error('takes a forged token')
      },
    }
    await expect(measureCase({ name: 'case', subjects: [failing] }, EFFORT)).rejects.toThrow('takes a forged token')
    expect(runs).toBe(0)
  })
})
