/**
 * What each server does with errors that nobody expected, for the tests of the three.
 *
 * @module
 */

import { SessionConflictError, systemRuntime, UnavailableError } from '@latchkey/core'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createAccounts } from './api/accounts.ts'
import { createDevices } from './api/devices.ts'
import { createNotebook } from './api/notebook.ts'
import { createPasswords } from './api/passwords.ts'
import { sessionValues } from './api/session-values.ts'
import { createAppAuth } from './auth.ts'
import { openDatabase, type Database } from './database.ts'
import { createNotes } from './notes.ts'
import type { ServerParts } from './parts.ts'
import { createAppLogin } from './password-login.ts'
import { FAST_HASHER, SECRET } from './server.fixture.ts'
import { createUsers } from './users.ts'

/** Defines the tests for one server. */
export function describeFaults(createListener: (parts: ServerParts) => RequestListener): void {
  describe('an error that nobody expected', () => {
    let db: Database
    beforeEach(async () => {
      db = await openDatabase(':memory:')
    })
    afterEach(() => db.destroy())

    async function answerTo(thrown: Error): Promise<{ answer: unknown[]; entries: unknown[] }> {
      const entries: unknown[] = []
      const log = (entry: object): unknown => entries.push(entry)
      const users = createUsers(db)
      const shared = { origin: 'http://localhost:3000', secret: SECRET, runtime: systemRuntime, onEvent: log }
      const auth = createAppAuth({ db, users, ...shared })
      const { login, hasher } = createAppLogin({ auth, users, hasher: FAST_HASHER, onEvent: log })
      const listener = createListener({
        auth,
        log,
        api: {
          accounts: createAccounts({ auth, users, login, hasher }),
          devices: createDevices(auth),
          notebook: createNotebook(createNotes(db, systemRuntime.now)),
          passwords: createPasswords(login),
          values: { ...sessionValues, read: () => Promise.reject(thrown) },
        },
      })
      const server = createServer(listener).listen(0, '127.0.0.1')
      await once(server, 'listening')
      const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/session`)
      const answer = [response.status, response.headers.get('cache-control'), await response.json()]
      server.closeAllConnections()
      await once(server.close(), 'close')
      return { answer, entries }
    }

    it('is logged, and tells the client nothing', async () => {
      const { answer, entries } = await answerTo(new Error('no such table: users'))
      expect(answer).toEqual([500, 'no-store', { error: 'internal_error' }])
      expect(entries).toHaveLength(1)
      expect(JSON.stringify(entries)).toContain('no such table')
    })

    it('is logged with its cause when the database is out of reach', async () => {
      const { answer, entries } = await answerTo(new UnavailableError({ cause: new Error('disk full') }))
      expect(answer).toEqual([503, 'no-store', { error: 'unavailable' }])
      expect(entries).toHaveLength(1)
      expect(JSON.stringify(entries)).toContain('disk full')
    })

    it('is no defect when a session ended meanwhile', async () => {
      const { answer, entries } = await answerTo(new SessionConflictError('gone'))
      expect(answer).toEqual([409, 'no-store', { error: 'session_conflict' }])
      expect(entries).toEqual([])
    })
  })
}
