import { expect, it } from 'vitest'
import { EFFORTS } from '../group.ts'
import { BOUNDS } from './hash-bound.ts'
import { LOGIN_KINDS } from './login-timing.ts'
import { passwordGroup, reportPasswords } from './password-group.ts'

it('a report compares each kind of login with a wrong password', () => {
  const times = new Map(LOGIN_KINDS.map((kind, index) => [kind, [10 + index, 20 + index]]))
  const { tables } = reportPasswords([], 1, times)
  const [, logins] = tables
  expect(logins?.body[0]).toEqual(['wrong password', '11.0', '12.5', '15.0', '17.5', '19.0', '1.00'])
  expect(logins?.body[1]?.at(-1)).toBe('1.07')
})

it('the group runs', { timeout: 120_000 }, async () => {
  const { rows, tables } = await passwordGroup.run({ extent: 'smoke', effort: EFFORTS.smoke, progress() {} })
  expect(rows).toHaveLength(BOUNDS.length * 3 + LOGIN_KINDS.length + 2)
  for (const { value } of rows) expect(value).toBeGreaterThanOrEqual(0)
  expect(tables.map(({ body }) => body.length)).toEqual([BOUNDS.length, LOGIN_KINDS.length, 2])
})
