import { randomBytes } from 'node:crypto'
import { expect, it } from 'vitest'
import { signingSubjects } from './signers.ts'
import { materialOf } from './verifiers.ts'

it('every signer signs good tokens, each another one', async () => {
  const subjects = await signingSubjects(materialOf('HS256', { kty: 'oct', k: randomBytes(32).toString('base64url') }))
  expect(subjects.map(({ role }) => role)).toEqual(['ours', 'floor', 'peer', 'peer', 'peer'])
  for (const subject of subjects) await expect(subject.check()).resolves.toBeUndefined()
})
