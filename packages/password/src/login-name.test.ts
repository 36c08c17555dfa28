import { describe, expect, it } from 'vitest'
import { parseLogin } from './login-name.ts'

const asTyped = (login: string): string => login

describe('parseLogin()', () => {
  it('gives the canonical form, to look up and to count under', () => {
    expect(parseLogin(' Ann ', (login) => login.trim().toLowerCase())).toEqual({ account: 'ann', lookup: 'ann' })
    expect(parseLogin('a'.repeat(320), asTyped)).toMatchObject({ account: 'a'.repeat(320) })
  })

  it.each([[undefined], [null], [''], [1], [['ann']], [{}], ['a'.repeat(321)]])('refuses %o', (login) => {
    expect(parseLogin(login, asTyped)).toBeUndefined()
  })

  it.each([['ann\u0000'], ['ann\r\n'], ['\u007fann'], ['\u0085ann'], ['ann\udc00']])(
    'never looks up a name that nobody can have: %j',
    (login) => {
      expect(parseLogin(login, asTyped)).toEqual({ account: login, lookup: undefined })
      expect(parseLogin(login, () => 'ann')).toEqual({ account: login, lookup: undefined })
    },
  )

  it.each([[undefined], [''], ['a'.repeat(321)], ['ann\u0000'], [1 as unknown as string]])(
    'never looks up a canonical form that is %o',
    (form) => {
      expect(parseLogin('ann', () => form)).toEqual({ account: 'ann', lookup: undefined })
    },
  )
})
