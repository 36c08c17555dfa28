/**
 * Sessions that are sealed into their cookies.
 *
 * @module
 */

import { forgeToken } from '../forgery.ts'
import type { Group } from '../group.ts'
import { measureCase, type Subject } from '../measuring.ts'
import { reportCases, type CaseGoal } from '../report.ts'
import { createSecureSessionBox, IRON_BOXES } from './bare-boxes.ts'
import type { Box } from './box.ts'
import { createFloorRequests, createIronRequests, createOurRequests } from './whole-requests.ts'

/** So many different seals are opened in turn. */
const SEALS = 500
const AT_ONCE = 100
const ALONE: CaseGoal = {
  words: '<= 1.3x floor, <= 0.1x iron-session',
  floor: 1.3,
  peers: { 'iron-session': 0.1 },
}
const CROWDED: CaseGoal = { words: '<= 1/7 iron-session', peers: { 'iron-session': 1 / 7 } }

/** The group. */
export const sealedGroup: Group = {
  name: 'sealed',
  about: `Sessions in cookies: \`Fe26.2\` for us and iron-session, a box of sodium for @fastify/secure-session.

*Unseal* and *seal* are the bare functions on every side, on the same values, and the goals are judged by them: our box and its parser against iron-session's \`sealData\` and \`unsealData\`. Ours checks the spelling, the expiry and the MAC, and gives the values; iron-session the expiry and the MAC. The floor is the same bytes by the calls that \`node:crypto\` has for them, synchronously, with the MAC checked and no look at time or spelling; ours makes keys and MACs of bare hashes, and can be under it.

*A request* is whole, and judged by no goal: from a Cookie header past a guard to a value of the session, or to the cookie that is sent after one value was written; the cookie is opened first. Beside it are iron-session's \`getIronSession\` and \`save\`, which judge no origin and no timeouts of a session; the floor finds the cookie and does the rest without any check but the MAC. *Seen before* is the same cookie again.`,
  async run({ effort, progress }) {
    const bare = [...IRON_BOXES, await createSecureSessionBox()]
    const others = [createFloorRequests(), createIronRequests()]
    const cold = [createOurRequests(0), ...others]
    const warm = [createOurRequests(SEALS), ...others]
    const cases: readonly Case[] = [
      ['unseal', await openingSubjects(bare, SEALS), 1, ALONE],
      [`unseal, ${AT_ONCE} in flight`, await openingSubjects(bare, SEALS), AT_ONCE, CROWDED],
      ['seal', bare.map(sealingSubject), 1, ALONE],
      [`seal, ${AT_ONCE} in flight`, bare.map(sealingSubject), AT_ONCE, CROWDED],
      ['a request, cold', await openingSubjects(cold, SEALS), 1],
      [`a request, cold, ${AT_ONCE} in flight`, await openingSubjects(cold, SEALS), AT_ONCE],
      ['a request, seen before', await openingSubjects(warm, 1), 1],
      ['a request that writes', cold.map(sealingSubject), 1],
      [`a request that writes, ${AT_ONCE} in flight`, cold.map(sealingSubject), AT_ONCE],
    ]
    const measured = []
    for (const [name, subjects, inFlight, goal] of cases) {
      progress(name)
      const figures = await measureCase({ name, subjects, inFlight }, effort)
      measured.push({ figures, ...(goal === undefined ? {} : { goal }) })
    }
    return reportCases('sealed', 'Sealed sessions', measured)
  },
}

type Case = readonly [name: string, subjects: readonly Subject[], inFlight: number, goal?: CaseGoal]

function openingSubjects(boxes: readonly Box[], count: number): Promise<readonly Subject[]> {
  return Promise.all(boxes.map((box) => openingSubject(box, count)))
}

async function openingSubject({ name, role, seal, open }: Box, count: number): Promise<Subject> {
  const texts = await Promise.all(Array.from({ length: count }, async () => flat(await seal())))
  const first = texts[0] as string
  return {
    name,
    role,
    run: (index) => open(texts[index % count] as string),
    async check() {
      if ((await open(first)) !== 'Ada') throw new Error(`${name} does not open its own seal`)
      if ((await open(forgeToken(first))) === 'Ada') throw new Error(`${name} opens a forged seal`)
    },
  }
}

/** As a parser of HTTP makes text: in one piece. */
function flat(text: string): string {
  return Buffer.from(text).toString('latin1')
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
