import { expect, it } from 'vitest'
import { createSubjectIds } from './subject-ids.ts'

it('each subject has its own ids, each once, and nobody has those of nobody', () => {
  const ids = createSubjectIds()
  for (const id of ['1', '2', '1']) ids.add('alice', id)
  ids.add('bob', '3')
  ids.add(null, '4')
  ids.delete(null, '3')
  ids.delete('carol', '1')
  ids.delete('bob', '1')
  expect([ids.of('alice'), ids.of('bob'), ids.of('carol')]).toEqual([['1', '2'], ['3'], []])
  ids.delete('bob', '3')
  ids.delete('alice', '1')
  expect([ids.of('alice'), ids.of('bob')]).toEqual([['2'], []])
})
