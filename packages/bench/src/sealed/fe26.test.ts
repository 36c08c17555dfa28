import { sealData, unsealData } from 'iron-session'
import { expect, it } from 'vitest'
import { sealFloor, unsealFloor } from './fe26.ts'

const PASSWORD = 'a password of thirty-two characters'
const VALUES = { name: 'Ada', cart: [1, 2] }

it('opens what iron-session seals, and is opened by it while it lasts', async () => {
  const password = { 1: PASSWORD }
  expect(unsealFloor(await sealData(VALUES, { password, ttl: 60 }), PASSWORD)).toEqual(VALUES)
  expect(await unsealData(sealFloor(VALUES, PASSWORD, 60), { password })).toEqual(VALUES)
  // Iron allows a minute more.
  expect(await unsealData(sealFloor(VALUES, PASSWORD, -61), { password })).toEqual({})
})

it('opens nothing that was changed', () => {
  const seal = sealFloor(VALUES, PASSWORD, 60)
  expect(unsealFloor(seal.replace(/.(.{9})$/, '_$1'), PASSWORD)).toBeUndefined()
  expect(unsealFloor(seal, `${PASSWORD}x`)).toBeUndefined()
})
