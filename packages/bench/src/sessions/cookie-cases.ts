/**
 * A request that comes with a session's cookie: from the header to a value of the session.
 *
 * @module
 */

import { createMemorySessionStore } from '@latchkey/core'
import { kyselySessionStore, migrateToLatest } from '@latchkey/kysely'
import { nodeSqliteDialect, openSqlite } from '@latchkey/kysely/node-sqlite'
import { redisSessionStore } from '@latchkey/redis'
import { RedisStore } from 'connect-redis'
import { CompiledQuery, Kysely } from 'kysely'
import { createClient } from 'redis'
import { forgeCookie } from '../forgery.ts'
import { measureCase, type CaseFigures, type Effort, type Subject } from '../measuring.ts'
import type { CaseGoal } from '../report.ts'
import { createOurSessions } from './ours.ts'
import { createBetterAuthSessions, createExpressSessions, type PeerSessions } from './peers.ts'
import { cookieRequest } from './requests.ts'

/** A case and what it is to reach. */
export interface JudgedCase {
  readonly figures: CaseFigures
  readonly goal: CaseGoal
}

/** A visitor as a subject: it must find the value by its own cookie, and nothing by another's. */
export function toSubject(name: string, role: Subject['role'], { cookie, visit }: PeerSessions): Subject {
  const forged = forgeCookie(cookie)
  return {
    name,
    role,
    run: (index) => visit(cookie, index),
    async check() {
      if ((await visit(cookie, 0)) !== 'Ada') throw new Error(`${name} does not know its own cookie`)
      for (const wrong of [forged, 'none=1']) {
        if ((await visit(wrong, 0)) !== null) throw new Error(`${name} takes a cookie that it did not give out`)
      }
    },
  }
}

/** The least that finds a value by a cookie: one scan of the header, then the given look. Checks no signature. */
function floorOf(name: string, look: (id: string) => unknown): Subject {
  return {
    name,
    role: 'floor',
    run(index) {
      const header = cookieRequest('sid=0123456789abcdef', index).headers.get('cookie') ?? ''
      const start = header.indexOf('sid=') + 4
      return look(header.slice(start, header.indexOf(';', start)))
    },
    check() {},
  }
}

/** Sessions in the memory of the process. */
export async function measureMemory(effort: Effort): Promise<JudgedCase> {
  const rows = new Map([['0123456789abcdef', { name: 'Ada' }]])
  const subjects = [
    toSubject('latchkey', 'ours', await createOurSessions(createMemorySessionStore())),
    floorOf('scan and Map', (id) => rows.get(id)?.name),
    toSubject('express-session', 'peer', await createExpressSessions()),
  ]
  return {
    figures: await measureCase({ name: 'cookie session, memory', subjects }, effort),
    goal: { words: '<= 1.5 us, <= 0.1x express-session', cpu: 1.5, peers: { 'express-session': 0.1 } },
  }
}

/** Sessions in Redis, many requests at a time. Rejects when the server is out of reach. */
export async function measureRedis(effort: Effort): Promise<JudgedCase> {
  const client = createClient({ url: process.env['LATCHKEY_REDIS_URL'] ?? 'redis://127.0.0.1:6379' })
  await client.connect()
  const prefix = `bench_${process.pid}_sessions:`
  try {
    const key = `${prefix}bare`
    await client.set(key, JSON.stringify({ name: 'Ada' }))
    const subjects = [
      toSubject('latchkey', 'ours', await createOurSessions(redisSessionStore(client, { prefix }))),
      floorOf('bare GET', () => client.get(key)),
      toSubject(
        'express-session + connect-redis',
        'peer',
        await createExpressSessions(new RedisStore({ client, prefix: `${prefix}peer:` })),
      ),
    ]
    return {
      figures: await measureCase({ name: 'cookie session, Redis, 32 in flight', subjects, inFlight: 32 }, effort),
      goal: {
        words: '<= 1.5x GET, <= 0.25x connect-redis',
        floor: 1.5,
        peers: { 'express-session + connect-redis': 0.25 },
      },
    }
  } finally {
    for await (const keys of client.scanIterator({ MATCH: `${prefix}*`, COUNT: 1_000 })) {
      if (keys.length > 0) await client.unlink(keys)
    }
    client.destroy()
  }
}

/** Sessions in SQLite through Kysely. */
export async function measureSqlite(effort: Effort): Promise<JudgedCase> {
  const db = new Kysely<unknown>({ dialect: nodeSqliteDialect(openSqlite(':memory:')) })
  await migrateToLatest(db)
  const ours = await createOurSessions(kyselySessionStore(db))
  const sql = 'select * from latchkey_sessions limit 1'
  await db.executeQuery(CompiledQuery.raw(sql))
  const subjects = [
    toSubject('latchkey', 'ours', ours),
    floorOf('compiled statement', async () => (await db.executeQuery(CompiledQuery.raw(sql))).rows[0]),
    toSubject('better-auth', 'peer', await createBetterAuthSessions({ cookieCache: false })),
    toSubject('better-auth, cookie cache', 'peer', await createBetterAuthSessions({ cookieCache: true })),
  ]
  try {
    return {
      figures: await measureCase({ name: 'cookie session, SQLite', subjects }, effort),
      goal: { words: '<= 2x statement, <= 0.033x better-auth', floor: 2, peers: { 'better-auth': 1 / 30 } },
    }
  } finally {
    await db.destroy()
  }
}
