/**
 * Sessions that are sealed into their cookies.
 *
 * @module
 */

import secureSession from '@fastify/secure-session'
import { createAuth } from '@latchkey/core'
import { sealedSessions } from '@latchkey/iron'
import { createTestRequest, TEST_SECRETS } from '@latchkey/testing'
import fastify from 'fastify'
import { sealData, unsealData } from 'iron-session'
import { forgeCookie } from '../forgery.ts'
import type { Group } from '../group.ts'
import { measureCase, type Subject } from '../measuring.ts'
import { reportCases, type CaseGoal } from '../report.ts'
import { UNSENT } from '../sessions/requests.ts'
import { sealFloor, unsealFloor } from './fe26.ts'

const PASSWORD = 'a password of thirty-two characters'
const VALUES = { name: 'Ada', cart: [{ id: 7, count: 2 }] }
/** So many different cookies are opened in turn. */
const SEALS = 500

/** A way to seal. */
interface Box {
  readonly name: string
  readonly role: Subject['role']
  seal(): Promise<string> | string
  /** The name in it; null for a seal that is not genuine. */
  open(sealed: string): Promise<string | null> | string | null
}

/** The group. */
export const sealedGroup: Group = {
  name: 'sealed',
  about: `Sessions in cookies: \`Fe26.2\` for us and iron-session, a box of sodium for @fastify/secure-session. Ours is a whole guarded request, from the header to a value; *seal* is a request that writes one value, which opens the cookie first. iron-session is its bare \`sealData\` and \`unsealData\`. *Seen before* is the same cookie again. The floor is the same bytes by \`node:crypto\`, synchronously, without a look at any time.`,
  async run({ effort, progress }) {
    const cold = ourBox(0)
    const warm = ourBox(1_000)
    const peers = [ironBox, await createSecureSessionBox()]
    const cases = []
    for (const [name, boxes, inFlight, goal] of [
      [
        'open, cold',
        [cold, floorBox, ...peers],
        1,
        { words: '<= 1.3x floor, <= 0.1x iron-session', floor: 1.3, peers: { 'iron-session': 0.1 } },
      ],
      [
        'open, cold, 100 in flight',
        [cold, floorBox, ...peers],
        100,
        { words: '<= 1/7 iron-session', peers: { 'iron-session': 1 / 7 } },
      ],
      ['open, seen before', [warm, floorBox, ...peers], 1, undefined],
    ] as const satisfies readonly (readonly [string, readonly Box[], number, CaseGoal | undefined])[]) {
      progress(name)
      const subjects = await Promise.all(
        boxes.map((box) => openingSubject(box, name === 'open, seen before' ? 1 : SEALS)),
      )
      cases.push({
        figures: await measureCase({ name, subjects, inFlight }, effort),
        ...(goal === undefined ? {} : { goal }),
      })
    }
    progress('seal')
    const goal: CaseGoal = { words: '<= 0.1x iron-session', peers: { 'iron-session': 0.1 } }
    const subjects = [cold, floorBox, ...peers].map(sealingSubject)
    cases.push({ figures: await measureCase({ name: 'seal', subjects }, effort), goal })
    progress('seal, 100 in flight')
    const crowded: CaseGoal = { words: '<= 1/7 iron-session', peers: { 'iron-session': 1 / 7 } }
    const name = 'seal, 100 in flight'
    cases.push({ figures: await measureCase({ name, subjects, inFlight: 100 }, effort), goal: crowded })
    return reportCases('sealed', 'Sealed sessions', cases)
  },
}

/** Our sealed sessions, in whole requests. */
export function ourBox(rememberedSeals: number): Box {
  const origin = 'https://app.test'
  const sessions = sealedSessions<{ name: string; cart: { id: number; count: number }[]; visits: number }>({
    rememberedSeals,
  })
  const auth = createAuth({ origin, secrets: TEST_SECRETS, sessions })
  const guard = auth.guard({ optional: true })
  let base: string | undefined
  let visits = 0

  async function write(cookie: string | undefined): Promise<string> {
    let line = ''
    const sink = { ...UNSENT, setCookie: (_name: string, set: string) => void (line = set) }
    const headers = { origin, ...(cookie === undefined ? {} : { cookie }) }
    const context = auth.open(createTestRequest({ method: 'POST', headers }), sink)
    if ((await guard(context)) !== undefined) throw new Error('The request was refused')
    const session = await context.session()
    visits += 1
    await (cookie === undefined ? session.update(VALUES) : session.set('visits', visits))
    return line.slice(0, line.indexOf(';'))
  }
  return {
    name: 'latchkey',
    role: 'ours',
    async seal() {
      base ??= await write(undefined)
      return write(base)
    },
    async open(cookie) {
      const context = auth.open(createTestRequest({ headers: { cookie } }), UNSENT)
      if ((await guard(context)) !== undefined) return null
      return (await context.session()).get('name') ?? null
    },
  }
}

const ironBox: Box = {
  name: 'iron-session',
  role: 'peer',
  seal: () => sealData(VALUES, { password: PASSWORD, ttl: 3_600 }),
  open: async (sealed) =>
    (await unsealData<{ name?: string }>(sealed, { password: PASSWORD, ttl: 3_600 })).name ?? null,
}

const floorBox: Box = {
  name: 'node:crypto',
  role: 'floor',
  seal: () => sealFloor(VALUES, PASSWORD, '1'),
  open: (sealed) => (unsealFloor(sealed, PASSWORD) as typeof VALUES | undefined)?.name ?? null,
}

async function createSecureSessionBox(): Promise<Box> {
  const app = fastify()
  await app.register(secureSession, { key: Buffer.alloc(32, 7) })
  await app.ready()
  return {
    name: '@fastify/secure-session',
    role: 'peer',
    seal: () => app.encodeSecureSession(app.createSecureSession(VALUES)),
    open: (sealed) => (app.decodeSecureSession(sealed)?.get('name' as never) as string | undefined) ?? null,
  }
}

async function openingSubject({ name, role, seal, open }: Box, count: number): Promise<Subject> {
  const seals = await Promise.all(Array.from({ length: count }, async () => seal()))
  const first = seals[0] as string
  return {
    name,
    role,
    run: (index) => open(seals[index % count] as string),
    async check() {
      if ((await open(first)) !== 'Ada') throw new Error(`${name} does not open its own seal`)
      if ((await open(forgeCookie(first))) !== null) throw new Error(`${name} opens a forged seal`)
    },
  }
}

function sealingSubject({ name, role, seal, open }: Box): Subject {
  return {
    name,
    role,
    run: seal,
    async check() {
      const [one, other] = [await seal(), await seal()]
      if (one === other || (await open(one)) !== 'Ada') throw new Error(`${name} does not seal`)
    },
  }
}
