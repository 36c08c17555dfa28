import { createPasswordHasher } from '@latchkey/password'
import { expect, it } from 'vitest'
import { LOGIN_KINDS, timeLogins } from './login-timing.ts'

const cheap = createPasswordHasher({ argon2id: { memory: 8, passes: 1 }, insecureParametersForTests: true })

it('each kind of login is measured as often as the others', async () => {
  const times = await timeLogins(3, cheap)
  expect([...times.keys()]).toEqual(LOGIN_KINDS)
  for (const samples of times.values()) expect(samples).toHaveLength(3)
})

it('a hasher that lets everybody in is no measurement', async () => {
  const open = { ...cheap, verify: async () => ({ status: 'valid' }) as const }
  await expect(timeLogins(1, open)).rejects.toThrow(/wrong password/)
})
