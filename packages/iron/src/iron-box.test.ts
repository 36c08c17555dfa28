import { describe, expect, it } from 'vitest'
import { ironBox } from './iron-box.ts'

const PASSWORD = { id: 1, text: 'z3Qp7Xv1LkT9wYb5RnC2dGh8JmF4sA6uEo0iHqBxVtM' }

describe('ironBox', () => {
  it('opens what it sealed, an empty object too', async () => {
    for (const values of [{ a: [1, { b: null }] }, {}]) {
      const seal = await ironBox.seal(values, PASSWORD, 60)
      expect(seal).toMatch(/^Fe26\.2\*1\*/)
      expect(await ironBox.unseal(seal, PASSWORD)).toEqual(values)
    }
  })

  it.each(['', 'a', 'a*b*c*d*e*f*g*h', 'Fe26.2*1*x*x*x**x*x~2', 'Fe26.2*__proto__*x*x*x**x*x~2', '~2'])(
    'gives undefined for %j',
    async (text) => {
      expect(await ironBox.unseal(text, PASSWORD)).toBeUndefined()
    },
  )

  it('gives undefined for another password, another id and an expired seal', async () => {
    const seal = await ironBox.seal({ a: 1 }, PASSWORD, 60)
    expect(await ironBox.unseal(seal, { ...PASSWORD, text: PASSWORD.text.toLowerCase() })).toBeUndefined()
    expect(await ironBox.unseal(seal, { ...PASSWORD, id: 2 })).toBeUndefined()
    expect(await ironBox.unseal(await ironBox.seal({ a: 1 }, PASSWORD, -61), PASSWORD)).toBeUndefined()
  })
})
