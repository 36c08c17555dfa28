import { createAuth, createMemorySessionStore, storedSessions, type DeepReadonly } from '@latchkey/core'
import { Hono } from 'hono'
import { describe, expectTypeOf, it } from 'vitest'
import { honoAuth } from './index.ts'

interface Data {
  cart: { item: string }[]
}

const auth = createAuth({
  origin: 'https://app.test',
  sessions: storedSessions<Data>(createMemorySessionStore()),
  users: { findById: async (id: string) => ({ id, name: 'Ada' }) },
})
const { mount, requireAuth, authOf, sendFault } = honoAuth(auth)

describe('honoAuth()', () => {
  it('knows the user and the session values, and leaves the types of a route to its path', () => {
    const app = new Hono<{ Variables: { requestId: string } }>()
    app.use(mount)
    app.get('/users/:id', requireAuth({ scope: 'read' }), async (c) => {
      expectTypeOf(authOf(c).user()).resolves.toEqualTypeOf<{ id: string; name: string } | null>()
      const session = await authOf(c).session()
      expectTypeOf(session.get('cart')).toEqualTypeOf<DeepReadonly<Data['cart']> | undefined>()
      // @ts-expect-error There is no such value.
      session.get('basket')
      expectTypeOf(c.req.param('id')).toEqualTypeOf<string>()
      expectTypeOf(c.get('requestId')).toEqualTypeOf<string>()
      return c.text('')
    })
    app.onError((error, c) => sendFault(c, error) ?? c.text('', 500))
  })
})
