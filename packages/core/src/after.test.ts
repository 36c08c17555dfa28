import { expect, it } from 'vitest'
import { after } from './after.ts'

it('goes on at once with what is there', () => {
  expect(after(1, (value) => value + 1)).toBe(2)
  expect(() => after(1, () => fail())).toThrow('no')
})

it('goes on later with what is not', async () => {
  const later = after(Promise.resolve(1), (value) => value + 1)
  expect(later).toBeInstanceOf(Promise)
  expect(await later).toBe(2)
  await expect(after(Promise.resolve(1), () => fail())).rejects.toThrow('no')
  await expect(after(Promise.reject(new Error('before')), () => 2)).rejects.toThrow('before')
})

function fail(): never {
  throw new Error('no')
}
