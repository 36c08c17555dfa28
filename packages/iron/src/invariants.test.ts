import { createEffects, type JsonObject } from '@latchkey/core'
import { createTestRequest, TEST_SECRETS } from '@latchkey/testing'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createSealedApp, OTHER_SECRET } from './sealed.fixture.ts'

/** Values that JSON keeps, under names that a session takes. */
const values = fc.dictionary(
  fc.string({ minLength: 1, maxLength: 8 }).filter((key) => key !== '__proto__'),
  fc.jsonValue({ maxDepth: 2 }).map((value) => JSON.parse(JSON.stringify(value)) as JsonObject),
  { maxKeys: 3 },
)

describe('what must always hold of seals', () => {
  it('11. a seal gives back what was sealed, to its own cookie name and key alone, and nothing once any of it is changed', async () => {
    const [app, otherName, otherKey] = [
      createSealedApp(),
      createSealedApp({}, { cookie: { name: '__Host-other' } }),
      createSealedApp({}, { secrets: { 1: OTHER_SECRET } }),
    ]
    const otherId = createSealedApp({}, { secrets: { 2: TEST_SECRETS[1] ?? '' } })
    await fc.assert(
      fc.asyncProperty(
        values,
        fc.nat(),
        fc.string({ minLength: 1, maxLength: 1 }),
        async (sealed, place, character) => {
          const cookie = await app.begin({ ...sealed, begun: true })
          expect(await app.values(cookie)).toEqual({ ...sealed, begun: true })
          for (const other of [otherName, otherKey, otherId]) expect(await other.values(cookie)).toEqual({})
          const index = place % cookie.length
          const changed = cookie.slice(0, index) + character + cookie.slice(index + 1)
          if (changed !== cookie) expect(await app.values(changed)).toEqual({})
        },
      ),
      { numRuns: 60 },
    )
  })

  it('12. no cookie line is longer than browsers take, one response has one for each name, and a deletion repeats the attributes', async () => {
    const attributes = fc.record(
      {
        sameSite: fc.constantFrom('lax', 'strict', 'none' as const),
        partitioned: fc.boolean(),
        priority: fc.constantFrom('low', 'medium', 'high' as const),
      },
      { requiredKeys: [] },
    )
    await fc.assert(
      fc.asyncProperty(attributes, fc.nat(5_000), fc.integer({ min: 1, max: 4 }), async (cookie, size, writes) => {
        const app = createSealedApp({}, { cookie })
        const exchange = app.open()
        const session = await exchange.session()
        for (let write = 0; write < writes; write += 1) {
          const change = session.set('text', 'x'.repeat(Math.floor((size * (write + 1)) / writes)))
          await change.catch((error: unknown) => expect(error).toMatchObject({ reason: 'cookie_too_large' }))
        }
        const lines = exchange.lines()
        expect(lines.length).toBeLessThanOrEqual(1)
        for (const line of lines) expect(new TextEncoder().encode(line).length).toBeLessThanOrEqual(4_096)
        const [line] = lines
        if (line === undefined) return

        const ending = app.open(exchange.cookie())
        await (await ending.session()).destroy()
        const fixed = (text = ''): string[] =>
          text
            .split('; ')
            .slice(1)
            .filter((part) => !/^(Max-Age|Expires)=/.test(part))
        expect(ending.lines()).toHaveLength(1)
        expect(fixed(ending.lines()[0])).toEqual(fixed(line))
      }),
      { numRuns: 60 },
    )
  })

  it('12. and of several logins in one response the last one’s cookie alone is sent', async () => {
    const app = createSealedApp()
    const effects = createEffects()
    const headers = { origin: 'https://app.test' }
    const context = app.auth.open(createTestRequest({ method: 'POST', headers }), effects)
    for (const subject of ['alice', 'bob', 'carol']) await app.auth.login(context, { subject, deliver: 'cookie' })
    const sent: string[] = []
    effects.flush({
      get: () => undefined,
      set() {},
      getSetCookie: () => [],
      replaceSetCookie: (lines) => sent.push(...lines),
    })
    expect(sent).toHaveLength(1)
    expect((await app.open(sent[0]?.split(';')[0]?.split('=').slice(1).join('=') ?? '').session()).subject).toBe(
      'carol',
    )
  })
})
