import { expect, it } from 'vitest'
import { EFFORTS, joinFindings } from './group.ts'

it('a fuller extent measures longer', () => {
  const total = ({ rounds, batch }: { rounds: number; batch: number }): number => rounds * batch
  expect(total(EFFORTS.smoke)).toBeLessThan(total(EFFORTS.normal))
  expect(total(EFFORTS.normal)).toBeLessThan(total(EFFORTS.full))
})

it('findings are put together in their order', () => {
  const table = (title: string) => ({ title, head: [], body: [] })
  const joined = joinFindings([
    { rows: [], tables: [table('a')] },
    { rows: [], tables: [table('b')] },
  ])
  expect(joined.tables.map(({ title }) => title)).toEqual(['a', 'b'])
})
