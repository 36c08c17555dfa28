import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { createTestApplication, type TestApplication } from '@latchkey/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createPrefix, type CorpusStore } from '../attack-corpus/stores.fixture.ts'
import { createRuntimeOf, openSharedStore, SHARED, valuesOf } from './shared-store.fixture.ts'
import { describeServices } from '../../../kysely/src/services.fixture.ts'

const PROGRAM = fileURLToPath(new URL('other-process.fixture.ts', import.meta.url))

describeServices('two processes', () => {
  describe.each(SHARED)('on one %s', (server) => {
    let prefix = ''
    let store: CorpusStore
    let application: TestApplication
    const children: ChildProcess[] = []

    beforeEach(async () => {
      prefix = createPrefix()
      store = await openSharedStore(server, prefix)
      application = createTestApplication(store.store, createRuntimeOf(1))
    })
    afterEach(async () => {
      for (const child of children.splice(0)) child.kill('SIGKILL')
      await store.close()
    })

    async function start(): Promise<ChildProcess> {
      const execArgv = ['--disable-warning=ExperimentalWarning', '--experimental-strip-types', '-C', '@latchkey/source']
      const child = fork(PROGRAM, [server, prefix, '2'], { execArgv })
      children.push(child)
      await once(child, 'message')
      return child
    }

    async function ask(child: ChildProcess, order: string, cookie = ''): Promise<unknown> {
      const answer = once(child, 'message')
      child.send([order, cookie])
      return (await answer)[0]
    }

    const subjectOf = async (cookie: string): Promise<string | null> =>
      (await application.visit(cookie)).session.subject

    it('see each other’s logins, logouts and cut-offs at the next request', async () => {
      const other = await start()
      for (let round = 0; round < 20; round += 1) {
        const cookie = (await application.logIn('alice')) ?? ''
        expect(await ask(other, 'look', cookie)).toBe('alice')
        await (await application.visit(cookie)).session.destroy()
        expect(await ask(other, 'look', cookie)).toBeNull()

        const theirs = String(await ask(other, 'login'))
        expect(await subjectOf(theirs)).toBe('alice')
        await ask(other, round % 2 === 0 ? 'logout' : 'cut-off', theirs)
        expect(await subjectOf(theirs)).toBeNull()
      }
    })

    it.each([0, 1, 2, 3])('leave a valid session when one is killed in mid-write, try %i', async (attempt) => {
      const other = await start()
      const cookie = (await application.logIn('alice')) ?? ''
      let written = Number(await ask(other, 'write', cookie))
      other.on('message', (round) => (written = Number(round)))
      // Not on a message, after which nothing is under way yet.
      await pause(20 + attempt * 3.7)
      const ended = once(other, 'exit')
      other.kill('SIGKILL')
      await ended

      // What was sent before may still arrive.
      const { session } = await application.visit(cookie)
      const round = Number(session.get('first'))
      expect(session.subject).toBe('alice')
      expect(round).toBeGreaterThanOrEqual(written)
      expect(Object.fromEntries(session.keys().map((key) => [key, session.get(key)]))).toEqual(valuesOf(round))
      await session.set('after', true)
      const seen = await application.visit(cookie)
      expect(seen.session.get('after')).toBe(true)
      expect(seen.session.get('first')).toBe(seen.session.get('last'))
      await seen.session.destroy()
      expect(await subjectOf(cookie)).toBeNull()
    })
  })
})
