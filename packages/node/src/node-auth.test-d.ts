import type { IncomingMessage, RequestListener } from 'node:http'
import { createAuth, createMemorySessionStore, storedSessions, type DeepReadonly } from '@latchkey/core'
import { describe, expectTypeOf, it } from 'vitest'
import { nodeAuth, type NodeHandler } from './index.ts'

interface Data {
  cart: { item: string }[]
}

const auth = createAuth({
  origin: 'https://app.test',
  sessions: storedSessions<Data>(createMemorySessionStore()),
  users: { findById: async (id: string) => ({ id, name: 'Ada' }) },
})
const { authOf, listener, requireAuth, upgrade } = nodeAuth(auth)
declare const request: IncomingMessage

describe('nodeAuth()', () => {
  it('knows the user by findById', () => {
    expectTypeOf(authOf(request).user()).resolves.toEqualTypeOf<{ id: string; name: string } | null>()
    expectTypeOf(upgrade(request)).toEqualTypeOf(authOf(request))
  })

  it('knows the session values by storedSessions', async () => {
    const session = await authOf(request).session()
    expectTypeOf(session.get('cart')).toEqualTypeOf<DeepReadonly<Data['cart']> | undefined>()
    // @ts-expect-error There is no such value.
    session.get('basket')
    // @ts-expect-error A value of another type.
    await session.set('cart', 'text')
  })

  it('makes what createServer takes', () => {
    expectTypeOf(listener(() => {})).toEqualTypeOf<RequestListener>()
    expectTypeOf(requireAuth({ maxAge: '5m' })).toEqualTypeOf<(handler: NodeHandler) => NodeHandler>()
    // @ts-expect-error A misspelt requirement.
    requireAuth({ scopes: 'admin' })
  })
})
