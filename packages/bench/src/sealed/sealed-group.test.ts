import { expect, it } from 'vitest'
import { EFFORTS } from '../group.ts'
import { ourBox, sealedGroup } from './sealed-group.ts'

it('our box opens its own cookies, and no others', async () => {
  const box = ourBox(0)
  const cookie = await box.seal()
  expect(await box.open(cookie)).toBe('Ada')
  expect(await ourBox(0).open(cookie)).toBe('Ada')
  expect(await box.open('__Host-session=Fe26.2*1*x')).toBeNull()
})

it('the group runs', async () => {
  const { rows } = await sealedGroup.run({ extent: 'smoke', effort: EFFORTS.smoke, progress() {} })
  expect(rows.filter(({ subject }) => subject === 'latchkey').map((row) => row.case)).toEqual([
    'open, cold',
    'open, cold, 100 in flight',
    'open, seen before',
    'seal',
    'seal, 100 in flight',
  ])
})
