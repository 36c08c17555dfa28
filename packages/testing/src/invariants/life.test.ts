import { createMemorySessionStore, type LogoutResult } from '@latchkey/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { at, idOf, NOW, recordOf } from '../session-store/records.ts'
import { countOpened, idIn, inTurn, playAll, setScene } from './scheduled.fixture.ts'

const kinds = fc.array(
  fc.constantFrom('set', 'visit', 'rotate', 'log in', 'destroy', 'end all', 'log out', 'take', 'sweep' as const),
  { minLength: 1, maxLength: 8 },
)

async function endsBy(logout: Promise<LogoutResult>): Promise<boolean> {
  const result = await logout
  return result.ok && result.revoked
}

describe('what must always hold of the life of a session', () => {
  it('1. what has ended never reads as present again, in whatever order writes, renewals, rotations, logins and ends meet', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), kinds, async (scheduler, steps) => {
        const memory = createMemorySessionStore()
        const { application } = setScene({ memory })
        const cookie = (await application.logIn('alice')) ?? ''
        const id = idIn(cookie)
        let hasEnded = false
        const askedAfter = new WeakSet<readonly unknown[]>()
        const inOrder = inTurn(scheduler)
        const busy = setScene({
          memory,
          seed: 2,
          hooks: {
            async before(name, args) {
              await inOrder.before?.(name, args)
              if (hasEnded && name === 'read' && args[0] === id) askedAfter.add(args)
            },
            after: (_name, args, answer) => void (askedAfter.has(args) && expect(answer).toBeNull()),
          },
        })
        busy.runtime.advance('10m') // so that each visit would renew
        const act = async (kind: string): Promise<void> => {
          if (kind === 'end all') {
            await busy.application.auth.revokeAllSessions('alice')
            hasEnded = true
          } else if (kind === 'sweep') await busy.application.auth.sweep()
          else if (kind === 'log in') await busy.application.logIn('alice', { cookie })
          else {
            const { context, session } = await busy.application.visit(cookie)
            if (kind === 'set') await session.set('a', 1)
            if (kind === 'take') await session.take('a')
            if (kind === 'rotate') await session.rotate()
            // Whose credential was rotated away ends nothing.
            if (kind === 'log out') hasEnded ||= await endsBy(busy.application.auth.logout(context))
            if (kind === 'destroy' && (await session.destroy())) hasEnded = true
          }
        }
        await playAll(scheduler, steps.map(act))
        if (hasEnded) {
          expect(await memory.read(id, at(busy.runtime.now()))).toBeNull()
          expect(await countOpened(busy, [cookie])).toBe(0)
        }
      }),
      { numRuns: 200 },
    )
  })

  it('2. writers of different keys lose nothing; of writers of one key that they had read each wins or is told, and the last winner’s value stays', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.integer({ min: 2, max: 6 }),
        fc.boolean(),
        async (scheduler, count, isOneKey) => {
          const scene = setScene()
          const cookie = await scene.application.begin({ n: -1 })
          const { memory } = scene
          const busy = setScene({ memory, seed: 2, hooks: inTurn(scheduler) })
          const visits = await scheduler.waitFor(
            Promise.all(Array.from({ length: count }, () => busy.application.visit(cookie))),
          )
          for (const { session } of visits) session.get('n')
          busy.recording.forget()
          const keyOf = (writer: number): string => (isOneKey ? 'n' : `key${writer}`)
          const outcomes = await playAll(
            scheduler,
            visits.map(({ session }, writer) => session.set(keyOf(writer), writer)),
          )
          const losers = outcomes.filter((outcome) => outcome instanceof Error)
          const record = await memory.read(idIn(cookie), at(busy.runtime.now()))
          if (!isOneKey) {
            expect(losers).toEqual([])
            expect(record?.data).toEqual({
              n: -1,
              ...Object.fromEntries(visits.map((_, writer) => [`key${writer}`, writer])),
            })
            return
          }
          const won = busy.recording.calls.filter(
            ({ name, outcome }) =>
              name === 'update' &&
              outcome !== 'pending' &&
              'answer' in outcome &&
              (outcome.answer as { ok: boolean }).ok,
          )
          expect(won.length + losers.length).toBe(count)
          const versions = new Map(won.map(({ args }) => [args[1], (args[2] as { data: { n: number } }).data.n]))
          expect(record?.data['n']).toBe(versions.get((record?.version ?? 0) - 1))
        },
      ),
      { numRuns: 200 },
    )
  })

  it('3. nothing but a creation inserts, and a creation overwrites nothing', async () => {
    const step = fc.record({
      kind: fc.constantFrom('create', 'update', 'touch', 'destroy'),
      number: fc.nat(3),
      by: fc.nat(40_000),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
        const store = createMemorySessionStore()
        const present = new Map<string, string>()
        let now = NOW
        for (const { kind, number, by } of steps) {
          now += by
          const id = idOf(number)
          const before = await store.read(id, at(now))
          if (kind === 'create') {
            const record = recordOf({
              id,
              label: `${now}`,
              idleExpiresAt: now + 60_000,
              absoluteExpiresAt: now + 90_000,
            })
            const outcome = await store.create(record, at(now))
            expect(outcome).toBe(present.has(id) ? 'exists' : 'created')
            if (outcome === 'created') present.set(id, `${now}`)
          }
          if (kind === 'update') await store.update(id, before?.version ?? 0, { data: { now } }, at(now))
          if (kind === 'touch') await store.touch(recordOf({ id }), now, now + 60_000, at(now))
          if (kind === 'destroy') {
            await store.destroy(id, at(now))
            present.delete(id)
          }
          const after = await store.read(id, at(now))
          if (before === null && kind !== 'create') expect(after).toBeNull()
          if (after !== null) expect(after.label).toBe(present.get(id))
        }
      }),
    )
  })

  it('14. two clients never see each other’s values, in whatever order their requests run, and share no object', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.array(fc.nat(1), { maxLength: 10 }), async (scheduler, turns) => {
        const { application, memory } = setScene()
        const cookies = [await application.begin({ who: ['client 0'] }), await application.begin({ who: ['client 1'] })]
        const busy = setScene({ memory, seed: 2, hooks: inTurn(scheduler) })
        const requests = turns.map(async (client, turn) => {
          const { session } = await busy.application.visit(cookies[client] ?? '')
          const seen = session.get('who')
          expect(seen).toEqual([`client ${client}`])
          expect(() => Object.assign(seen ?? {}, ['another'])).toThrow(TypeError)
          await session.set(`turn${turn}`, client)
          const foreign = session.keys().filter((key) => key !== 'who' && session.get(key) !== client)
          expect(foreign).toEqual([])
        })
        await playAll(scheduler, requests)
      }),
    )
  })

  it('17. no session whose login read the epoch before a cut-off is alive after it, also if it is created later', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(fc.boolean(), { minLength: 1, maxLength: 8 }),
        async (scheduler, isLogin) => {
          const { application, memory } = setScene()
          const busy = setScene({ memory, seed: 2, hooks: inTurn(scheduler) })
          const logins: { readonly epoch: number; readonly cookie: string | undefined }[] = []
          const tasks = isLogin.map(async (one) => {
            if (!one) return busy.application.auth.revokeAllSessions('alice')
            const epoch = await busy.application.auth.epochOf('alice')
            logins.push({ epoch, cookie: await busy.application.logIn('alice', { epoch }) })
            return undefined
          })
          await playAll(scheduler, tasks)
          const epoch = await application.auth.epochOf('alice')
          for (const login of logins) {
            const { session } = await application.visit(login.cookie)
            expect(session.subject).toBe(login.epoch < epoch ? null : 'alice')
          }
          const listed = await application.auth.listSessions('alice')
          expect(listed).toHaveLength(logins.filter((login) => login.epoch >= epoch).length)
        },
      ),
      { numRuns: 200 },
    )
  })

  it('19. a sweep removes nothing that is alive, and a read beside one answers as a read alone', async () => {
    const ages = fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 1, maxLength: 8 })
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), ages, fc.integer({ min: 1, max: 9 }), async (scheduler, ends, limit) => {
        const memory = createMemorySessionStore()
        for (const [number, end] of ends.entries()) {
          await memory.create(recordOf({ id: idOf(number), idleExpiresAt: NOW + end }), at(NOW))
        }
        const { recording } = setScene({ memory, hooks: inTurn(scheduler) })
        const reads = ends.map((_, number) => recording.store.read(idOf(number), at(NOW)))
        const sweep = recording.store.deleteExpired(limit, at(NOW))
        const [records] = await scheduler.waitFor(Promise.all([Promise.all(reads), sweep]))
        expect(records.map((record) => record !== null)).toEqual(ends.map((end) => end > 0))
        const dead = ends.filter((end) => end <= 0).length
        expect(await sweep).toBe(Math.min(limit, dead))
        for (const [number, end] of ends.entries()) {
          expect((await memory.read(idOf(number), at(NOW))) !== null).toBe(end > 0)
        }
      }),
    )
  })
})
