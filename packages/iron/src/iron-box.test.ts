import { nodeBuffer, nodeCrypto } from '@latchkey/core'
import { describe, expect, it } from 'vitest'
import { ironBox } from './iron-box.ts'
import { createNodeBox } from './node-box.ts'
import { parseSealText } from './seal-text.ts'

const PASSWORD = { id: 1, text: 'z3Qp7Xv1LkT9wYb5RnC2dGh8JmF4sA6uEo0iHqBxVtM' }
if (nodeCrypto === null || nodeBuffer === null) throw new Error('There is no node:crypto')

describe.each([
  ['ironBox', ironBox],
  ['createNodeBox()', createNodeBox(nodeCrypto, nodeBuffer)],
])('%s', (_, box) => {
  const open = async (text: string, password = PASSWORD) => {
    const seal = parseSealText(text)
    if (seal === undefined) throw new Error('That is no seal')
    return box.unseal(seal, password)
  }

  it('opens what it sealed, an empty object too', async () => {
    for (const values of [{ a: [1, { b: null }] }, {}]) {
      const seal = await box.seal(values, PASSWORD, 60)
      expect(seal).toMatch(/^Fe26\.2\*1\*/)
      expect(await open(seal)).toEqual(values)
    }
  })

  it.each(['', 'a', 'a*b*c*d*e*f*g*h', 'Fe26.2*1*x*x*x**x*x~2', 'Fe26.2*__proto__*x*x*x**x*x~2', '~2'])(
    'gives undefined for %j, which is no seal',
    async (text) => {
      const expiresAt = Number.MAX_SAFE_INTEGER
      const fields = { salt: text, iv: text, ciphertext: text, signed: text, macSalt: text, mac: text }
      expect(await box.unseal({ text, passwordId: 1, expiresAt, ...fields }, PASSWORD)).toBeUndefined()
    },
  )

  it('gives undefined for another password, another id and an expired seal', async () => {
    const seal = await box.seal({ a: 1 }, PASSWORD, 60)
    expect(await open(seal, { ...PASSWORD, text: PASSWORD.text.toLowerCase() })).toBeUndefined()
    expect(await open(seal, { ...PASSWORD, id: 2 })).toBeUndefined()
    expect(await open(await box.seal({ a: 1 }, PASSWORD, -61))).toBeUndefined()
  })

  it('opens a seal for a minute after its expiration, for clocks differ', async () => {
    expect(await open(await box.seal({ a: 1 }, PASSWORD, -50))).toEqual({ a: 1 })
  })
})
