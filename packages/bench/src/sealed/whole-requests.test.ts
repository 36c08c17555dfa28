import { expect, it } from 'vitest'
import { forgeToken } from '../forgery.ts'
import { createFloorRequests, createIronRequests, createOurRequests } from './whole-requests.ts'

it.each([
  ['ours', () => createOurRequests(0)],
  ['ours with a memory of seals', () => createOurRequests(100)],
  ['iron-session', createIronRequests],
  ['the floor', createFloorRequests],
])('a request of %s finds what another one wrote, and nothing in a cookie that was changed', async (_, create) => {
  const { seal, open } = create()
  const [one, other] = [await seal(), await seal()]
  expect(one).not.toBe(other)
  for (const cookie of [one, other, one]) {
    expect([await open(cookie), await open(forgeToken(cookie)), await create().open(cookie)]).toEqual([
      'Ada',
      undefined,
      'Ada',
    ])
  }
})
