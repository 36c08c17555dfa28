/**
 * Session records as the library makes them, for stores that are measured without it.
 *
 * @module
 */

import { createHash } from 'node:crypto'
import {
  createAuth,
  createMemorySessionStore,
  storedSessions,
  type SessionRecord,
  type SessionStoreParts,
} from '@latchkey/core'
import { createTestRequest, TEST_SECRETS } from '@latchkey/testing'

/** Makes the record of a login, with a shopping cart in it. */
export async function createTemplate(): Promise<SessionRecord> {
  let made: SessionRecord | undefined
  const memory = createMemorySessionStore()
  const store: SessionStoreParts = {
    ...memory,
    create(record, call) {
      made = record
      return memory.create(record, call)
    },
  }
  const origin = 'https://app.test'
  const auth = createAuth({ origin, secrets: TEST_SECRETS, sessions: storedSessions(store) })
  const request = createTestRequest({ method: 'POST', headers: { origin } })
  const context = auth.open(request, { open: true, setCookie() {}, setHeader() {} })
  await auth.login(context, { subject: 'user-1', scopes: ['notes'], amr: ['pwd'], deliver: 'cookie' })
  if (made === undefined) throw new Error('The login made no record')
  return {
    ...made,
    data: {
      username: 'user1',
      cart: [
        { id: 7, count: 2 },
        { id: 9, count: 1 },
      ],
    },
  }
}

/** The record of that number: another id and another subject, and all else as in the template. */
export function recordOf(template: SessionRecord, index: number): SessionRecord {
  return { ...template, id: idOf(index), subject: `user-${index}` }
}

/** The id of that number: as spread as random ones are, so that an index is not filled in order. */
export function idOf(index: number): string {
  return createHash('md5').update(`session ${index}`).digest('hex')
}

/** Fills a store with the records from one number up to another, several at a time. */
export async function fillStore(
  store: Pick<SessionStoreParts, 'create'>,
  template: SessionRecord,
  from: number,
  to: number,
  inFlight = 32,
): Promise<void> {
  const call = { now: template.createdAt }
  await forEachNumber(from, to, (index) => store.create(recordOf(template, index), call), inFlight)
}

/** The revocation of that number, and until when it is kept. */
export function revocationOf(
  index: number,
  now: number,
): { readonly revoked: { readonly id: string; readonly subject: string }; readonly until: number } {
  const id = createHash('md5').update(`revoked ${index}`).digest('hex')
  return { revoked: { id, subject: `user-${index}` }, until: now + 3_600_000 }
}

/** Does what is given for each number from one up to another, several at a time. */
export async function forEachNumber(
  from: number,
  to: number,
  task: (index: number) => Promise<unknown>,
  inFlight = 32,
): Promise<void> {
  for (let start = from; start < to; start += inFlight) {
    const count = Math.min(inFlight, to - start)
    await Promise.all(Array.from({ length: count }, (_, index) => task(start + index)))
  }
}
