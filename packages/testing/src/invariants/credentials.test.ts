import type { SessionRecord } from '@latchkey/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createFaultySessionStore } from '../faulty-session-store.ts'
import { createTestApplication, type TestVisit } from '../application.ts'
import { at } from '../session-store/records.ts'
import { countOpened, idIn, inTurn, playAll, setScene, type Scene } from './scheduled.fixture.ts'

/** The part of a cookie that proves it. */
const secretIn = (cookie: string): string => cookie.slice(cookie.lastIndexOf('.') + 1)

const readRecord = async ({ memory, runtime }: Scene, cookie: string): Promise<SessionRecord> => {
  const record = await memory.read(idIn(cookie), at(runtime.now()))
  if (record === null) throw new Error('The session lives')
  return record
}

describe('what must always hold of credentials', () => {
  it('4. at every instant one credential of a session is current at the most, and one is when all is done', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.integer({ min: 1, max: 5 }), async (scheduler, rotations) => {
        const scene = setScene()
        const cookies = new Set([(await scene.application.logIn('alice')) ?? ''])
        const watch = async (): Promise<void> => expect(await countOpened(scene, cookies)).toBeLessThanOrEqual(1)
        const busy = setScene({ memory: scene.memory, seed: 2, hooks: { ...inTurn(scheduler), after: watch } })
        const [first = ''] = cookies
        const tasks = Array.from({ length: rotations }, async () => {
          const { session, cookie } = await busy.application.visit(first)
          await session.rotate()
          cookies.add(cookie())
          await watch()
        })
        await playAll(scheduler, tasks)
        expect(await countOpened(scene, cookies)).toBe(1)
        expect(await countOpened(scene, [first])).toBe(0)
      }),
    )
  })

  it('5. the secret is another one after every change of who is logged in, or of how that was proved', async () => {
    const kinds = fc.array(fc.constantFrom('log in', 'log in as another', 'elevate', 'rotate', 'write'), {
      maxLength: 8,
    })
    await fc.assert(
      fc.asyncProperty(kinds, async (steps) => {
        const scene = setScene()
        const { auth } = scene.application
        let cookie = await scene.application.begin()
        const seen = [secretIn(cookie)]
        for (const [step, kind] of steps.entries()) {
          const [before, held] = [await readRecord(scene, cookie), cookie]
          scene.runtime.advance(1)
          if (kind === 'log in' || kind === 'log in as another') {
            const subject = kind === 'log in' ? 'alice' : `user ${step}`
            cookie = (await scene.application.logIn(subject, { cookie })) ?? ''
          } else {
            const visit: TestVisit = await scene.application.visit(cookie)
            if (kind === 'elevate' && before.subject !== null) await auth.elevate(visit.context, { amr: ['otp'] })
            if (kind === 'rotate') await visit.session.rotate()
            if (kind === 'write') await visit.session.set('step', step)
            cookie = visit.cookie()
          }
          const after = await readRecord(scene, cookie)
          const isOther = (['subject', 'authenticatedAt'] as const).some((field) => before[field] !== after[field])
          if (isOther || kind === 'rotate') {
            expect(seen).not.toContain(secretIn(cookie))
            expect(await countOpened(scene, [held])).toBe(0)
            seen.push(secretIn(cookie))
          } else expect(cookie).toBe(held)
        }
      }),
    )
  })

  it('8. what a client sends in place of a credential throws nothing, writes nothing, and is never made a session’s id', async () => {
    const scene = setScene()
    const cookie = await scene.application.begin()
    const [name = ''] = cookie.split('=')
    const value = cookie.slice(name.length + 1)
    const edited = fc
      .tuple(fc.nat(value.length), fc.nat(3), fc.string({ unit: 'binary', maxLength: 3 }))
      .map(([index, length, text]) => value.slice(0, index) + text + value.slice(index + length))
    const wellFormed = fc
      .tuple(fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 32, maxLength: 32 }), fc.nat(9))
      .map(([id, generation]) => `lks_${id}.${generation}.${'A'.repeat(43)}`)
    const sent = fc.oneof(fc.string({ unit: 'binary' }), edited, wellFormed)
    await fc.assert(
      fc.asyncProperty(sent, async (text) => {
        scene.recording.forget()
        const { session } = await scene.application.visit(`${name}=${text}`)
        expect(scene.recording.writes).toEqual([])
        if (session.id === null) return
        expect(`${name}=${text}`.split(/[;\s]/)).toContain(cookie)
      }),
      { numRuns: 500 },
    )
    const adopted = 'ab'.repeat(16)
    const { session } = await scene.application.visit(`${name}=lks_${adopted}.0.${'A'.repeat(43)}`)
    await session.set('a', 1)
    expect([session.id === null, session.id === adopted]).toEqual([false, false])
  })

  it('9. reading writes nothing to the store and sends no cookie', async () => {
    const reads = fc.array(fc.tuple(fc.constantFrom('get', 'has', 'keys', 'id'), fc.constantFrom('a', 'b', 'none')))
    await fc.assert(
      fc.asyncProperty(reads, fc.boolean(), async (steps, isNew) => {
        const scene = setScene()
        const cookie = isNew ? '' : await scene.application.begin({ a: 1, b: [2] })
        scene.recording.forget()
        const visit = await scene.application.visit(cookie)
        for (const [kind, key] of steps) {
          if (kind === 'get') visit.session.get(key)
          if (kind === 'has') visit.session.has(key)
          if (kind === 'keys') visit.session.keys()
        }
        expect(scene.recording.writes).toEqual([])
        expect([visit.cookie(), scene.recording.calls.length]).toEqual([cookie, isNew ? 0 : 1])
      }),
    )
  })

  it('13. the secret of a credential stands in nothing that is stored, told or thrown', async () => {
    const kinds = fc.array(
      fc.constantFrom('write', 'rotate', 'log in', 'log out', 'end all', 'too much', 'fail', 'forge', 'list'),
      { minLength: 1, maxLength: 10 },
    )
    await fc.assert(
      fc.asyncProperty(kinds, async (steps) => {
        const scene = setScene()
        const faulty = createFaultySessionStore(scene.recording.store)
        const events: unknown[] = []
        const application = createTestApplication(faulty.store, {
          config: { runtime: scene.runtime, onEvent: (event) => events.push(event) },
        })
        const said: unknown[] = []
        const secrets = new Set<string>()
        let cookie = ''
        const note = (next = ''): void => {
          cookie = next
          if (idIn(next) !== '') secrets.add(secretIn(next))
        }
        note(await application.logIn('alice'))
        for (const kind of steps) {
          if (kind === 'fail') faulty.failAll()
          try {
            if (kind === 'log in') note(await application.logIn('alice', { cookie }))
            else if (kind === 'end all') await application.auth.revokeAllSessions('alice')
            else if (kind === 'list') said.push(await application.auth.listSessions('alice'))
            else {
              const visit = await application.visit(kind === 'forge' ? `${cookie}x` : cookie)
              if (kind === 'write') await visit.session.set('a', 1)
              if (kind === 'too much') await visit.session.set('a', 'x'.repeat(70_000))
              if (kind === 'rotate') await visit.session.rotate()
              if (kind === 'log out') await application.auth.logout(visit.context)
              note(visit.cookie())
            }
          } catch (error) {
            said.push(textOf(error))
          }
          faulty.heal()
        }
        const everything = [scene.recording.text(), JSON.stringify(events), JSON.stringify(said)].join('\n')
        for (const secret of secrets) expect(everything.includes(secret)).toBe(false)
      }),
    )
  })

  it('15. a cookie is sent only when the store has what it names', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.constantFrom('write', 'rotate'), async (scheduler, kind) => {
        const scene = setScene()
        const before = kind === 'write' ? '' : ((await scene.application.logIn('alice')) ?? '')
        const busy = setScene({ memory: scene.memory, seed: 2, hooks: inTurn(scheduler) })
        const visit = await scheduler.waitFor(busy.application.visit(before))
        const change = kind === 'write' ? visit.session.set('a', 1) : visit.session.rotate()
        const isSaved = change.then(
          () => true,
          () => false,
        )
        // The response begins at some time: before, while or after the change is under way.
        const cookie = await scheduler.waitFor(
          scheduler.schedule(Promise.resolve(), 'respond').then(() => visit.cookie()),
        )
        if (cookie !== before) expect(await countOpened(scene, [cookie])).toBe(1)
        const wasSaved = await scheduler.waitFor(isSaved)
        if (wasSaved) expect(await countOpened(scene, [cookie])).toBe(1)
      }),
      { numRuns: 200 },
    )
  })

  it('16. a store that fails is never taken for one that knows no session', async () => {
    const names = [
      'create',
      'read',
      'update',
      'touch',
      'destroy',
      'epochOf',
      'listBySubject',
      'destroyAllForSubject',
    ] as const
    const kinds = ['visit', 'write', 'take', 'rotate', 'destroy', 'log in', 'end all', 'list'] as const
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...names),
        fc.constantFrom('before', 'after'),
        fc.constantFrom(...kinds),
        async (name, when, kind) => {
          const scene = setScene()
          const faulty = createFaultySessionStore(scene.recording.store)
          const application = createTestApplication(faulty.store, { config: { runtime: scene.runtime } })
          const cookie = (await application.logIn('alice')) ?? ''
          await (await application.visit(cookie)).session.set('a', 1)
          faulty.forgetCalls()
          faulty.fail(name, when)
          const act = async (): Promise<unknown> => {
            if (kind === 'log in') return application.logIn('alice')
            if (kind === 'end all') return application.auth.revokeAllSessions('alice')
            if (kind === 'list') return application.auth.listSessions('alice')
            const { session } = await application.visit(cookie)
            expect(session.subject).toBe('alice')
            if (kind === 'write') await session.set('a', 2)
            if (kind === 'take') expect(await session.take('a')).toBe(1)
            if (kind === 'rotate') await session.rotate()
            if (kind === 'destroy') expect(await session.destroy()).toBe(true)
            return undefined
          }
          const outcome = await act().then(
            () => 'done',
            (error: unknown) => (error as { readonly code?: unknown }).code,
          )
          expect(outcome).toBe(faulty.calls.includes(name) ? 'ERR_UNAVAILABLE' : 'done')
        },
      ),
      { numRuns: 200 },
    )
  })
})

/** All that a logger might print of an error. */
function textOf(error: unknown): string {
  const { name, message, stack, cause } = error as Error
  return JSON.stringify([
    name,
    message,
    stack,
    cause === undefined ? '' : textOf(cause),
    Object.entries(error as object),
  ])
}
