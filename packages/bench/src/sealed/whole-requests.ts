/**
 * Whole requests: from a Cookie header to a value of the session, or to the cookie that a write sends.
 *
 * @module
 */

import type { IncomingMessage, ServerResponse } from 'node:http'
import { createAuth } from '@latchkey/core'
import { sealedSessions } from '@latchkey/iron'
import { TEST_SECRETS } from '@latchkey/testing'
import { getIronSession, nodeCookies, type IronSession } from 'iron-session'
import { UNSENT } from '../sessions/requests.ts'
import type { Box } from './box.ts'
import { PASSWORD, sealFloor, TTL, unsealFloor, VALUES } from './fe26.ts'

type Values = typeof VALUES & { visits: number }

const ORIGIN = 'https://app.test'

/**
 * Our sealed sessions, behind a guard that lets strangers in.
 *
 * @param rememberedSeals So many opened seals are remembered.
 */
export function createOurRequests(rememberedSeals: number): Box {
  const auth = createAuth({
    origin: ORIGIN,
    secrets: TEST_SECRETS,
    sessions: sealedSessions<Values>({ rememberedSeals }),
  })
  const guard = auth.guard({ optional: true })

  async function openSession(method: string, cookie: string | undefined, sink = UNSENT) {
    const get = (name: string): string | null =>
      name === 'cookie' ? (cookie ?? null) : name === 'origin' && method === 'POST' ? ORIGIN : null
    const context = auth.open({ method, url: '/', headers: { get } }, sink)
    if ((await guard(context)) !== undefined) throw new Error('The request was refused')
    return context.session()
  }

  async function write(cookie: string | undefined, values: Partial<Values>): Promise<string> {
    let line = ''
    const session = await openSession('POST', cookie, { ...UNSENT, setCookie: (_name, set) => void (line = set) })
    await session.update(values)
    return valueOf(line)
  }

  return {
    name: 'latchkey',
    role: 'ours',
    ...createWriter(write),
    open: async (cookie) => (await openSession('GET', cookie)).get('name'),
  }
}

/** iron-session, as its documentation has it on `node:http`. */
export function createIronRequests(): Box {
  const options = { password: PASSWORD, cookieName: 'session', ttl: TTL }

  /** What it looks at of a request and a response of Node. */
  const openSession = (cookie: string | undefined, send?: (line: string) => void): Promise<IronSession<Values>> => {
    const request = { headers: { cookie } }
    const response = {
      headersSent: false,
      getHeader() {},
      setHeader: (_: string, [line]: string[]) => send?.(line ?? ''),
    }
    return getIronSession<Values>(
      nodeCookies(request as unknown as IncomingMessage, response as unknown as ServerResponse),
      options,
    )
  }

  async function write(cookie: string | undefined, values: Partial<Values>): Promise<string> {
    let line = ''
    const session = await openSession(cookie, (set) => (line = set))
    Object.assign(session, values)
    await session.save()
    return valueOf(line)
  }

  return {
    name: 'iron-session',
    role: 'peer',
    ...createWriter(write),
    open: async (cookie) => (await openSession(cookie)).name,
  }
}

/** The format alone, around a search for the cookie. */
export function createFloorRequests(): Box {
  const openValues = (cookie: string): Values | undefined =>
    unsealFloor(cookie.slice(cookie.indexOf('session=') + 'session='.length), PASSWORD) as Values | undefined
  const seal = (values: Partial<Values>): string => `session=${sealFloor(values, PASSWORD, TTL)}`
  return {
    name: 'node:crypto',
    role: 'floor',
    ...createWriter((cookie, values) => seal({ ...(cookie === undefined ? {} : openValues(cookie)), ...values })),
    open: (cookie) => openValues(cookie)?.name,
  }
}

/** Requests that come with the cookie of the first one, and write how many they were. */
function createWriter(
  write: (cookie: string | undefined, values: Partial<Values>) => Promise<string> | string,
): Pick<Box, 'seal'> {
  let begun: string | undefined
  let visits = 0
  return {
    async seal() {
      begun ??= await write(undefined, VALUES)
      visits += 1
      return write(begun, { visits })
    },
  }
}

function valueOf(line: string): string {
  return line.slice(0, line.indexOf(';'))
}
