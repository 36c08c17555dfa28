/**
 * A client for breached passwords by k-anonymity: only the first five hex digits of a SHA-1 leave the process.
 *
 * @module
 */

import { createHash } from 'node:crypto'
import { ConfigError, parseDuration, UnavailableError, type Duration } from '@latchkey/core'
import { checkFunction, readChoice, readInteger, readOptions } from './options.ts'

/** What the client needs of `fetch`. The global `fetch` fits. */
export type BreachFetch = (
  url: string,
  init: {
    readonly headers: Readonly<Record<string, string>>
    readonly redirect: 'error'
    readonly signal: AbortSignal
  },
) => Promise<{ readonly status: number; text(): Promise<string> }>

/** What `createRangeBreachCheck` takes. */
export interface RangeBreachCheckOptions {
  /** The application's `fetch`. */
  readonly fetch: BreachFetch
  /** The address before the five digits, such as `https://api.pwnedpasswords.com/range/`. Must be https, or http to the loopback. */
  readonly url: string
  /** What an answer that does not come means. `accept`: the password passes. `refuse`: an `UnavailableError` (503) is thrown. */
  readonly whenUnavailable: 'accept' | 'refuse'
  /** How long to wait. Default 2 seconds; at most 30. */
  readonly timeout?: Duration
  /** How often a password must have been seen to count: 1 to 1,000,000. Default 1. */
  readonly minCount?: number
}

const PREFIX_LENGTH = 5
const MAX_ANSWER_LENGTH = 2 ** 20
const LINE = /^([0-9A-F]{35}):(\d{1,12})$/i

/**
 * Creates a check for `checkNewPassword`.
 *
 * It sends the first five hex digits of the SHA-1 of the password's UTF-8 bytes and reads lines of `<35 digits>:<count>`. It asks for
 * padding, so that the size of an answer says nothing; padding has the count 0 and never matches. Redirects are not followed.
 *
 * @returns True when the password is known from a breach.
 * @throws {ConfigError} Naming the option that is missing, unknown or out of range. The check itself throws an `UnavailableError` and only
 * under `whenUnavailable: 'refuse'`: no answer in time, a status other than 200, or an answer that is none.
 */
export function createRangeBreachCheck(options: RangeBreachCheckOptions): (password: string) => Promise<boolean> {
  const read = readOptions('breachCheck', options, ['fetch', 'url', 'whenUnavailable', 'timeout', 'minCount'])
  checkFunction('breachCheck.fetch', read.fetch)
  const fetch = read.fetch as BreachFetch
  const url = readUrl(read.url)
  const whenUnavailable = readChoice('breachCheck.whenUnavailable', read.whenUnavailable, ['accept', 'refuse'])
  const timeout = parseDuration('breachCheck.timeout', read.timeout === undefined ? 2 : read.timeout, { max: 30_000 })
  const minCount = readInteger('breachCheck.minCount', read.minCount, { min: 1, max: 1_000_000, fallback: 1 })

  async function ask(prefix: string): Promise<string> {
    const controller = new AbortController()
    const timer = setTimeout(() => controller.abort(), timeout)
    try {
      const answer = await Promise.race([
        requestRange(fetch, url + prefix, controller.signal),
        new Promise<never>((_, reject) => {
          controller.signal.addEventListener('abort', () => reject(new Error('The range was not answered in time')))
        }),
      ])
      return answer
    } finally {
      clearTimeout(timer)
    }
  }

  return async function isBreached(password) {
    const digest = createHash('sha1').update(password).digest('hex').toUpperCase()
    try {
      return countOf(digest.slice(PREFIX_LENGTH), await ask(digest.slice(0, PREFIX_LENGTH))) >= minCount
    } catch (cause) {
      if (whenUnavailable === 'refuse') throw new UnavailableError({ cause })
      return false
    }
  }
}

async function requestRange(fetch: BreachFetch, url: string, signal: AbortSignal): Promise<string> {
  const response = await fetch(url, { headers: { 'Add-Padding': 'true' }, redirect: 'error', signal })
  if (response.status !== 200) throw new Error('The range was not answered with status 200')
  const text = await response.text()
  if (text.length > MAX_ANSWER_LENGTH) throw new Error('The range is larger than any range')
  return text
}

// Every line is read, so that an answer which is no range is found out and not taken for "never seen".
function countOf(suffix: string, text: string): number {
  let count = 0
  for (const line of text.split('\n')) {
    const trimmed = line.trim()
    if (trimmed === '') continue
    const [, candidate = '', seen] = LINE.exec(trimmed) ?? []
    if (seen === undefined) throw new Error('The range has a line that is none')
    if (candidate.toUpperCase() === suffix) count = Math.max(count, Number(seen))
  }
  return count
}

function readUrl(value: unknown): string {
  const url = typeof value === 'string' ? URL.parse(value) : null
  const isLoopback = url?.protocol === 'http:' && ['127.0.0.1', '[::1]', 'localhost'].includes(url.hostname)
  if (url === null || !(url.protocol === 'https:' || isLoopback) || !url.pathname.endsWith('/') || url.search !== '') {
    throw new ConfigError('breachCheck.url', 'must be an https address that ends in a slash')
  }
  return url.href
}
