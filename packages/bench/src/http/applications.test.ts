import { expect, it } from 'vitest'
import { createOurAuth, materialOf } from '../tokens/verifiers.ts'
import { expressApplications, honoApplications, nodeApplications } from './applications.ts'

it('each framework has one service of ours, one floor, and others that are named apart', async () => {
  const secret = 'a secret of forty characters, for benches'
  const material = materialOf('HS256', { kty: 'oct', k: Buffer.from(secret).toString('base64url') })
  const ground = { auth: await createOurAuth(material, true), material, secret }
  const lists = [nodeApplications(ground), expressApplications(ground), honoApplications(ground)]
  for (const applications of lists) {
    expect(applications.slice(0, 2).map(({ role }) => role)).toEqual(['ours', 'floor'])
    expect(applications.filter(({ isGuarded }) => !isGuarded).every(({ name }) => name.endsWith('bare'))).toBe(true)
  }
  const names = lists.flat().map(({ name }) => name)
  expect(new Set(names).size).toBe(names.length)
})
