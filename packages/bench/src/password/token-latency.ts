/**
 * How long a token's check takes while passwords are hashed.
 *
 * @module
 */

import { randomBytes } from 'node:crypto'
import { performance } from 'node:perf_hooks'
import { setTimeout as pause } from 'node:timers/promises'
import { createPasswordHasher, type PasswordHasher } from '@latchkey/password'
import { NO_FIGURES, figure, type Findings, type Row } from '../report.ts'
import { median, quantile } from '../statistics.ts'
import { createOurAuth, joseVerifier, materialOf, ourVerifier, type Verifier } from '../tokens/verifiers.ts'

/** The times of one verifier, in milliseconds. */
export interface LatencyFigures {
  readonly subject: 'latchkey' | 'jose'
  readonly times: readonly number[]
}

const HASHES = 32
/** A check begins so many milliseconds after the one before, whether that one has ended or not: requests do not wait for each other. */
const EVERY = 5
const MAX_P99 = 1

/**
 * Keeps so many hashes under way, and checks different HS256 tokens meanwhile, without a cache.
 *
 * @throws {Error} When a verifier refuses a good token.
 */
export async function measureTokenLatency(
  checks: number,
  hasher: PasswordHasher = createPasswordHasher({ concurrency: HASHES, queue: 10_000 }),
): Promise<readonly LatencyFigures[]> {
  const material = materialOf('HS256', { kty: 'oct', k: randomBytes(32).toString('base64url') })
  const auth = await createOurAuth(material, false)
  const tokens = await Promise.all(
    Array.from({ length: checks }, (_, index) => auth.issueAccessToken(`user-${index}`, { scopes: ['notes:read'] })),
  )
  const verifiers: readonly (readonly [LatencyFigures['subject'], Verifier])[] = [
    ['latchkey', ourVerifier(auth)],
    ['jose', joseVerifier(material)],
  ]
  const found: LatencyFigures[] = []
  for (const [subject, verify] of verifiers) {
    // Untimed, without hashes: what the engine compiles is no part of it.
    for (const token of tokens.slice(0, 100)) await verify(token)
    found.push({ subject, times: await checkDuringHashes(verify, tokens, hasher) })
  }
  return found
}

async function checkDuringHashes(
  verify: Verifier,
  tokens: readonly string[],
  hasher: PasswordHasher,
): Promise<number[]> {
  const over = new AbortController()
  const hashing = Array.from({ length: HASHES }, async (_, index) => {
    while (!over.signal.aborted) await hasher.hash(`a password of user ${index}`)
  })
  async function check(token: string, index: number): Promise<number> {
    const began = performance.now()
    if ((await verify(token)) !== `user-${index}`) throw new Error('A good token was refused')
    return performance.now() - began
  }
  try {
    const checks: Promise<number>[] = []
    for (const [index, token] of tokens.entries()) {
      await pause(EVERY)
      checks.push(check(token, index))
    }
    return await Promise.all(checks)
  } finally {
    over.abort()
    await Promise.all(hashing)
  }
}

/** Turns the times into rows and a table. */
export function reportTokenLatency(found: readonly LatencyFigures[]): Findings {
  const rows = found.map(({ subject, times }): Row => {
    const p99 = quantile(times, 0.99)
    const isOurs = subject === 'latchkey'
    return {
      group: 'password',
      case: `HS256 verify during ${HASHES} hashes`,
      subject,
      ...NO_FIGURES,
      goal: isOurs ? `p99 <= ${MAX_P99} ms` : null,
      met: isOurs ? p99 <= MAX_P99 : null,
      value: Number(p99.toPrecision(4)),
      unit: 'ms, p99',
      ...(isOurs ? { measured: `p99 ${figure(p99)} ms` } : {}),
    }
  })
  return {
    rows,
    tables: [
      {
        title: `A token's check during ${HASHES} hashes`,
        note: 'From the call to its result, in milliseconds; a check begins every 5 ms.',
        head: ['verifier', 'median', 'p99', 'longest', 'goal', 'met'],
        body: found.map(({ subject, times }, index) => [
          subject,
          figure(median(times)),
          figure(quantile(times, 0.99)),
          figure(Math.max(...times)),
          rows[index]?.goal ?? '',
          rows[index]?.met === null ? '' : rows[index]?.met === true ? 'yes' : 'no',
        ]),
      },
    ],
  }
}
