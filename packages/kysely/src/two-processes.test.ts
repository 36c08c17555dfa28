import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createApplication, valuesOf, type Application } from './application.fixture.ts'
import { createTables, type TestTables } from './databases.fixture.ts'
import { describeServices, SERVERS } from './services.fixture.ts'

const PROGRAM = fileURLToPath(new URL('other-process.fixture.ts', import.meta.url))

describeServices('two processes', () => {
  describe.each(SERVERS)('on one %s', (server, makeDialect) => {
    let tables: TestTables
    let application: Application
    const children: ChildProcess[] = []

    beforeAll(async () => {
      tables = await createTables(makeDialect)
      application = createApplication(tables.store)
    })
    beforeEach(() => tables.clear())
    afterEach(() => {
      for (const child of children.splice(0)) child.kill('SIGKILL')
    })
    afterAll(() => tables.drop())

    async function start(): Promise<ChildProcess> {
      const execArgv = ['--disable-warning=ExperimentalWarning', '--experimental-strip-types', '-C', '@latchkey/source']
      const child = fork(PROGRAM, [server, tables.tablePrefix], { execArgv })
      children.push(child)
      await once(child, 'message')
      return child
    }

    async function ask(child: ChildProcess, order: string, cookie = ''): Promise<unknown> {
      const answer = once(child, 'message')
      child.send([order, cookie])
      return (await answer)[0]
    }

    it('see each other’s logins, logouts and cut-offs at the next request', async () => {
      const other = await start()
      for (let round = 0; round < 20; round += 1) {
        const cookie = await application.logIn()
        expect(await ask(other, 'look', cookie)).toBe('alice')
        await application.logOut(cookie)
        expect(await ask(other, 'look', cookie)).toBeNull()

        const theirs = String(await ask(other, 'login'))
        expect((await application.arrive(theirs)).subject).toBe('alice')
        await ask(other, round % 2 === 0 ? 'logout' : 'cut-off', theirs)
        expect((await application.arrive(theirs)).subject).toBeNull()
      }
    })

    it.each([0, 1, 2, 3, 4, 5])('leave a valid session when one is killed in mid-write, try %i', async (attempt) => {
      const other = await start()
      const cookie = await application.logIn()
      let written = Number(await ask(other, 'write', cookie))
      other.on('message', (round) => (written = Number(round)))
      // Not on a message, after which nothing is under way yet.
      await pause(20 + attempt * 3.7)
      const ended = once(other, 'exit')
      other.kill('SIGKILL')
      await ended

      // What was sent before may still arrive.
      const session = await application.arrive(cookie)
      const round = Number(session.get('first'))
      expect(session.subject).toBe('alice')
      expect(round).toBeGreaterThanOrEqual(written)
      expect(Object.fromEntries(session.keys().map((key) => [key, session.get(key)]))).toEqual(valuesOf(round))
      await session.set('after', true)
      const seen = await application.arrive(cookie)
      expect(seen.get('after')).toBe(true)
      expect(seen.get('first')).toBe(seen.get('last'))
      await application.logOut(cookie)
      expect((await application.arrive(cookie)).subject).toBeNull()
    })
  })
})
