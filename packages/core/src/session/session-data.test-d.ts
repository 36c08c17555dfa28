import { expectTypeOf, it } from 'vitest'
import { z } from 'zod'
import { createAuth } from '../auth.ts'
import type { Context } from '../flow/context.ts'
import { createMemorySessionStore } from '../memory/session-store.ts'
import { storedSessions } from './stored.ts'

const schema = z.object({
  name: z.string().optional(),
  cart: z.array(z.object({ id: z.number() })).default([]),
  theme: z.enum(['light', 'dark']).optional(),
})
const store = createMemorySessionStore()

it('infers the values from the schema, as they are set', async () => {
  const auth = createAuth({ origin: '', sessions: storedSessions(store, { data: { schema } }) })
  const context = auth.open(
    { method: '', url: '', headers: new Headers() },
    { open: true, setCookie() {}, setHeader() {} },
  )
  const session = await context.session()
  expectTypeOf(session.get('theme')).toEqualTypeOf<'light' | 'dark' | undefined>()
  expectTypeOf(session.get('cart')).toEqualTypeOf<readonly { readonly id: number }[] | undefined>()
  expectTypeOf((await context.view()).get('name')).toEqualTypeOf<string | undefined>()
  // @ts-expect-error: no such key
  session.get('other')
  // @ts-expect-error: no such value
  await session.set('theme', 'blue')
  await session.set('cart', [{ id: 1 }], { onConflict: (mine, theirs) => [...(mine ?? []), ...(theirs ?? [])] })
  // @ts-expect-error: not a cart
  await session.set('cart', [{ id: 1 }], { onConflict: () => 'x' })
})

it('holds a migration to the shape of the schema', () => {
  storedSessions(store, { data: { schema, version: 1, migrate: (old, from) => ({ name: `${typeof old} ${from}` }) } })
  // @ts-expect-error: not a name
  storedSessions(store, { data: { schema, version: 1, migrate: () => ({ name: 1 }) } })
})

it('keeps to a type that is named, and to any JSON without one', async () => {
  interface Data {
    visits: number
    flash: string
  }
  storedSessions<Data>(store, { onConflict: (mine, theirs, key) => (key === 'visits' ? theirs : mine) })
  const auth = createAuth({ origin: '', sessions: storedSessions<Data>(store) })
  expectTypeOf<Awaited<ReturnType<Context<unknown, never, Data>['session']>>['get']>().toBeFunction()
  const context = auth.open(
    { method: '', url: '', headers: new Headers() },
    { open: true, setCookie() {}, setHeader() {} },
  )
  expectTypeOf((await context.session()).get('visits')).toEqualTypeOf<number | undefined>()
  const any = createAuth({ origin: '', sessions: storedSessions(store, { persistent: false }) })
  const open = any.open({ method: '', url: '', headers: new Headers() }, { open: true, setCookie() {}, setHeader() {} })
  await (await open.session()).set('anything', [1, { goes: null }])
})
