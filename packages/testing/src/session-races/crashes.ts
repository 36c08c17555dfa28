/**
 * A process that dies between two calls of its store, or that another one overtakes there.
 *
 * @module
 */

import type { SessionStoreParts } from '@latchkey/core'
import { describe, expect, it } from 'vitest'
import { createTestApplication, type TestApplication } from '../application.ts'
import { interceptSessionStore } from '../intercepted-session-store.ts'
import { createTestRuntime } from '../runtime.ts'
import { at, NOW } from '../session-store/records.ts'
import { storeOf, type MakeSessionRacesHarness, type SessionRacesHarness } from './harness.ts'

/** What a browser has before. */
type Before = 'nothing' | 'a visit' | 'a login'

/** Does one thing with the cookie that the browser has, and gives the one that it has afterwards. */
type Action = (application: TestApplication, cookie: string) => Promise<string | undefined>

const ACTIONS: readonly (readonly [name: string, before: Before, action: Action])[] = [
  ['the first write', 'nothing', (application) => application.begin()],
  ['a write', 'a login', write],
  ['a login', 'nothing', (application) => application.logIn('alice')],
  ['a login of a visitor', 'a visit', (application, cookie) => application.logIn('alice', { cookie })],
  ['a login in the place of another', 'a login', (application, cookie) => application.logIn('alice', { cookie })],
  ['a rotation', 'a login', rotate],
  ['a logout', 'a login', logOut],
  ['the end of all sessions', 'a login', endAll],
  ['the end of all others', 'a login', endOthers],
]

/** More calls than any of these makes. */
const MOST_CALLS = 20

/** Defines the tests of processes that die or are overtaken. */
export function describeCrashes(makeHarness: MakeSessionRacesHarness): void {
  describe('a process that dies between two calls of its store', () => {
    it.each(ACTIONS)('in %s leaves each session that lives one valid credential', async (_, before, action) => {
      // With the same randomness each time, the credentials of the whole run tell those of the runs that break off.
      const whole = await run(await makeHarness(), before, action, MOST_CALLS)
      await whole.harness.close()
      const credentials = [...new Set(whole.cookies)].filter((cookie) => cookie !== '')
      for (let calls = 0, died = true; died; calls += 1) {
        const broken = await run(await makeHarness(), before, action, calls)
        died = broken.died
        await expectOneCredentialEach(broken.harness, credentials)
        await broken.harness.close()
      }
      expect(whole.died).toBe(false)
    })
  })

  describe('a login that a cut-off overtakes', () => {
    it.each(['nothing', 'a visit', 'a login'] as const)(
      'at any of its calls, after %s, is no survivor',
      async (before) => {
        for (let calls = 0, isUnderWay = true; isUnderWay; calls += 1) {
          const harness = await makeHarness()
          const cookie = await prepare(harness, before)
          const gate = createGate(storeOf(harness, 0), calls)
          const [slow, other] = [processOn(gate.store, 2), processOn(storeOf(harness, 1), 3)]
          const epoch = await other.auth.epochOf('alice')
          const login = slow.logIn('alice', { epoch, cookie })
          isUnderWay = await Promise.race([gate.reached.then(() => true), login.then(() => false)])
          await other.auth.revokeAllSessions('alice')
          gate.open()
          const { session } = await other.visit(await login)
          expect(session.subject).toBeNull()
          expect(await other.auth.listSessions('alice')).toEqual([])
          await harness.close()
        }
      },
    )
  })
}

/** Runs an action in a process that dies before its call number `calls`, counted from 0. */
async function run(harness: SessionRacesHarness, before: Before, action: Action, calls: number) {
  const cookie = await prepare(harness, before)
  const gate = createGate(storeOf(harness, 0), calls)
  const after = action(processOn(gate.store, 2), cookie)
  const outcome = await Promise.race([gate.reached.then(() => null), after])
  return { harness, died: outcome === null, cookies: [cookie, outcome ?? ''] }
}

async function expectOneCredentialEach(harness: SessionRacesHarness, credentials: readonly string[]): Promise<void> {
  const store = storeOf(harness, 1)
  const healthy = processOn(store, 3)
  const visits = await Promise.all(credentials.map((cookie) => healthy.visit(cookie)))
  for (const id of new Set(credentials.map(idIn))) {
    const isAlive = (await store.read(id, at(NOW))) !== null
    expect(visits.filter(({ session }) => session.id === id)).toHaveLength(isAlive ? 1 : 0)
  }
  // Whoever lost a session that way logs in again.
  const { session } = await healthy.visit(await healthy.logIn('alice'))
  expect(session.subject).toBe('alice')
}

async function prepare(harness: SessionRacesHarness, before: Before): Promise<string> {
  const application = processOn(storeOf(harness, 0), 1)
  if (before === 'nothing') return ''
  return before === 'a visit' ? application.begin() : ((await application.logIn('alice')) ?? '')
}

function processOn(store: SessionStoreParts, seed: number): TestApplication {
  return createTestApplication(store, { config: { runtime: createTestRuntime({ seed }) } })
}

/** Lets so many calls pass, and holds all others back until it is opened. */
function createGate(store: SessionStoreParts, calls: number) {
  const [reached, opened] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  let seen = 0
  return {
    store: interceptSessionStore(store, {
      before() {
        seen += 1
        if (seen <= calls) return undefined
        reached.resolve()
        return opened.promise
      },
    }),
    reached: reached.promise,
    open: () => opened.resolve(),
  }
}

/** The id of the session in a cookie. */
function idIn(cookie: string): string {
  const [, id] = /_([0-9a-f]{32})\./.exec(cookie) ?? []
  if (id === undefined) throw new Error('The cookie names a session')
  return id
}

async function write(application: TestApplication, cookie: string): Promise<string> {
  const visit = await application.visit(cookie)
  await visit.session.set('a', 1)
  return visit.cookie()
}

async function rotate(application: TestApplication, cookie: string): Promise<string> {
  const visit = await application.visit(cookie)
  await visit.session.rotate()
  return visit.cookie()
}

async function logOut(application: TestApplication, cookie: string): Promise<string> {
  const visit = await application.visit(cookie)
  await visit.session.destroy()
  return visit.cookie()
}

async function endAll(application: TestApplication, cookie: string): Promise<string> {
  await application.auth.revokeAllSessions('alice')
  return cookie
}

async function endOthers(application: TestApplication, cookie: string): Promise<string> {
  const visit = await application.visit(cookie)
  await application.auth.revokeAllSessions('alice', { except: visit.session.id ?? '' })
  return visit.cookie()
}
