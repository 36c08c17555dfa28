/**
 * What each server does with errors that nobody expected, for the tests of the three.
 *
 * @module
 */

import { SessionConflictError, UnavailableError } from '@latchkey/core'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createParts } from './app.ts'
import { openDatabase, type Database } from './database.ts'
import type { ServerParts } from './parts.ts'
import { FAST_HASHER, ORIGIN, SECRET } from './server.fixture.ts'
import { sqliteStores } from './stores/sqlite.ts'

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
      const parts = createParts({
        db,
        stores: sqliteStores(db),
        origin: ORIGIN,
        secret: SECRET,
        log,
        sendMail: () => Promise.resolve(),
        hasher: FAST_HASHER,
      })
      const values = { ...parts.api.values, read: () => Promise.reject(thrown) }
      const listener = createListener({ ...parts, api: { ...parts.api, values } })
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
