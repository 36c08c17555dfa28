import { createAuth, createMemorySessionStore, storedSessions, type DeepReadonly } from '@latchkey/core'
import express from 'express'
import { describe, expectTypeOf, it } from 'vitest'
import { expressAuth } from './index.ts'

interface Data {
  cart: { item: string }[]
}

const auth = createAuth({
  origin: 'https://app.test',
  sessions: storedSessions<Data>(createMemorySessionStore()),
  users: { findById: async (id: string) => ({ id, name: 'Ada' }) },
})
const { mount, requireAuth, authOf, faults } = expressAuth(auth)
const app = express()

describe('expressAuth()', () => {
  it('knows the user and the session values', () => {
    app.use(mount)
    app.get('/me', requireAuth(), async (request, response) => {
      expectTypeOf(authOf(request).user()).resolves.toEqualTypeOf<{ id: string; name: string } | null>()
      const session = await authOf(request).session()
      expectTypeOf(session.get('cart')).toEqualTypeOf<DeepReadonly<Data['cart']> | undefined>()
      // @ts-expect-error There is no such value.
      session.get('basket')
      response.end()
    })
    app.use(faults)
  })

  it('leaves the types of a route to its path', () => {
    app.get('/users/:id', requireAuth({ scope: 'read' }), (request, response) => {
      expectTypeOf(request.params.id).toEqualTypeOf<string>()
      // @ts-expect-error The path has no such parameter.
      response.end(request.params.name)
    })
  })
})
