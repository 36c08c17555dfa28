/**
 * A flood of forged tokens: what each costs beside one HMAC, and what they leave in memory.
 *
 * @module
 */

import { randomBytes } from 'node:crypto'
import { collectGarbage } from '../garbage.ts'
import { mainThreadCpu } from '../measuring.ts'
import { NO_FIGURES, figure, type Findings, type Row } from '../report.ts'
import { median, medianRatio } from '../statistics.ts'
import { createOurAuth, hmacFloor, materialOf, ourCall, toOwnText, type Verifier } from './verifiers.ts'

/** What the flood did. */
export interface FloodFigures {
  readonly count: number
  /** Microseconds of the main thread for one token. */
  readonly cpu: number
  /** The same as a multiple of one HMAC with its comparison. */
  readonly ratio: number
  /** Bytes of heap that each token left behind. */
  readonly bytesPerToken: number
}

type Verdict = Awaited<ReturnType<Verifier>> | { readonly ok: boolean }
type Verifying = (token: string) => Promise<Verdict> | Verdict

const TURNS = 10
const MAX_RATIO = 1.5
/** Less than any entry of any table takes. */
const MAX_BYTES = 1

/**
 * Sends so many tokens, each with another signature, through a verifier that has its cache on.
 *
 * @throws {Error} When one of them is taken.
 */
export async function floodWithForgeries(count: number): Promise<FloodFigures> {
  const material = materialOf('HS256', { kty: 'oct', k: randomBytes(32).toString('base64url') })
  const auth = await createOurAuth(material, true)
  const token = await auth.issueAccessToken('user-0', { scopes: ['notes:read'] })
  const signed = token.slice(0, token.lastIndexOf('.') + 1)
  const mac = randomBytes(32)
  function forgeAnother(index: number): string {
    mac.writeUInt32LE(index)
    return toOwnText(signed + mac.toString('base64url'))
  }
  async function turn(verify: Verifying, first: number, size: number): Promise<number> {
    const tokens = Array.from({ length: size }, (_, index) => forgeAnother(first + index))
    const before = mainThreadCpu()
    for (const forged of tokens) {
      const running = verify(forged)
      if (isGood(running instanceof Promise ? await running : running)) throw new Error('A forged token was taken')
    }
    return (mainThreadCpu() - before) / size
  }

  const ours = ourCall(auth)
  const floor = hmacFloor(material)
  // Among the forged ones there are good ones, wherever there are users: each side has seen one.
  for (const verify of [ours, floor]) {
    if (!isGood(await verify(token))) throw new Error('A good token was refused')
  }
  const size = Math.ceil(count / TURNS)
  // Untimed first, so that what the engine compiles is no part of it.
  await turn(floor, count, size)
  await turn(ours, count, size)
  const heapBefore = heapInUse()
  const times: number[] = []
  const floors: number[] = []
  for (let at = 0; at < TURNS; at += 1) {
    const turns = [
      async () => void times.push(await turn(ours, at * size, size)),
      async () => void floors.push(await turn(floor, at * size, size)),
    ]
    for (const run of at % 2 === 0 ? turns : turns.toReversed()) await run()
  }
  return {
    count: size * TURNS,
    cpu: median(times),
    ratio: medianRatio(times, floors),
    bytesPerToken: (heapInUse() - heapBefore) / (size * TURNS),
  }
}

function isGood(verdict: Verdict): boolean {
  return typeof verdict === 'object' ? verdict?.ok === true : true
}

function heapInUse(): number {
  collectGarbage()
  return process.memoryUsage().heapUsed
}

/** Turns the flood into rows and a table. */
export function reportFlood({ count, cpu, ratio, bytesPerToken }: FloodFigures): Findings {
  const base = { group: 'tokens', subject: 'latchkey', ...NO_FIGURES }
  const rows: Row[] = [
    {
      ...base,
      case: `flood of ${count} forged tokens: one of them`,
      us_main_cpu: Number(cpu.toPrecision(4)),
      ratio_to_floor: Number(ratio.toPrecision(4)),
      goal: `<= ${MAX_RATIO}x one HMAC`,
      met: ratio <= MAX_RATIO,
      measured: `${figure(ratio)}x one HMAC`,
    },
    {
      ...base,
      case: `flood of ${count} forged tokens: left in memory`,
      goal: 'less than a byte for each',
      met: bytesPerToken < MAX_BYTES,
      value: Number(bytesPerToken.toPrecision(4)),
      unit: 'bytes for each',
      measured: `${figure(bytesPerToken)} bytes for each`,
    },
  ]
  return {
    rows,
    tables: [
      {
        title: 'A flood of forged tokens',
        head: ['case', 'figure', 'us main CPU', 'goal', 'met'],
        body: rows.map((row) => [
          row.case,
          row.measured ?? '',
          row.us_main_cpu === null ? '' : figure(row.us_main_cpu),
          row.goal ?? '',
          row.met === true ? 'yes' : 'no',
        ]),
      },
    ],
  }
}
