/**
 * Throttling of password guesses.
 *
 * @module
 */

import { createHash } from 'node:crypto'
import { parseDuration, UnavailableError, type Duration } from '@latchkey/core'
import { parseAddressPrefix } from './address-prefix.ts'
import { checkFunction, readChoice, readInteger, readOptions } from './options.ts'
import { createMemoryCounter, readExhausted, type CreateRateCounter, type RateCounter } from './rate-counter.ts'

/** How many attempts, in which time. */
export interface AttemptLimit {
  /** 1 to 1,000,000. */
  readonly attempts: number
  /** The length of the window, which begins with the first attempt. At least 1 second, at most 24 days. */
  readonly window: Duration
}

/** The limits by name. */
export type LoginLimit = 'address' | 'account_address' | 'account'

/** What `createLoginLimiter` takes. Every member may be left out. */
export interface LoginLimiterOptions {
  /** Failed attempts from one address prefix, for all accounts together. Default 100 in 15 minutes. */
  readonly address?: AttemptLimit
  /** Failed attempts on one account from one address prefix. Default 10 in 15 minutes. */
  readonly accountAddress?: AttemptLimit
  /**
   * Failed attempts on one account from all address prefixes together that are not familiar to it. Default 10 in 15 minutes: 960 a day, whatever
   * the number of addresses. (NIST SP 800-63B-4 section 3.2.2 asks for an end after 100 failures in a row, with a way back for the owner. That
   * end is a lock which everybody can close, and the way back is the application's; it can count `password_refused` events.)
   */
  readonly account?: AttemptLimit
  /** How long an address prefix stays familiar to an account after a login. Default 14 days; at most 24 days. */
  readonly familiarFor?: Duration
  /**
   * Where the counters live. Default: the memory of this process. For Redis: `(options) => new RateLimiterRedis({ storeClient, ...options })`;
   * for PostgreSQL `RateLimiterPostgres` with `tableName` and `tableCreated` beside it.
   */
  readonly createCounter?: CreateRateCounter
  /** What an outage of the store means. `refuse` (default): an `UnavailableError` (503) is thrown. `accept`: the attempt is not throttled. */
  readonly whenUnavailable?: 'refuse' | 'accept'
}

/** One attempt. */
export interface LoginAttempt {
  /** The account in its canonical form, known or not. */
  readonly account: string
  /** The client's address; see `parseAddressPrefix`. Undefined where there is none. */
  readonly address: string | undefined
}

/** The outcome of a reservation. `retryAfter` is in whole seconds, for the header of that name. */
export type LoginReservation =
  | {
      readonly ok: true
      /** The password was right: gives the attempt back, forgets the failures of this account from this prefix, and makes the prefix familiar. */
      succeed(): Promise<void>
      /** The password was never judged: gives the attempt back. */
      cancel(): Promise<void>
    }
  | { readonly ok: false; readonly by: LoginLimit; readonly retryAfter: number }

/**
 * Throttles attempts. Frozen.
 *
 * Three limits hold at once. The failures of an account from one prefix and of a prefix for all accounts stop a single guesser. The failures of
 * an account from all *unfamiliar* prefixes stop one with many addresses. A prefix is familiar after a login from it, and then only the first
 * two limits apply: whatever others do, the owner at a known address gets in. The owner at a new address may have to wait while somebody
 * guesses, until the window ends; no window grows, and nothing stays locked. Accounts that do not exist are throttled alike.
 *
 * A window is fixed: around its end, twice its attempts can fall close together.
 */
export interface LoginLimiter {
  /**
   * Takes an attempt before the password is judged, atomically: of attempts in parallel no more than the limit are let through.
   *
   * @throws {UnavailableError} When the store is out of reach, under `whenUnavailable: 'refuse'`.
   */
  reserve(attempt: LoginAttempt): Promise<LoginReservation>
}

/** RateLimiterMemory keeps a timer for each key, and Node's timers end at 2^31-1 milliseconds, which is 24.8 days. */
const MAX_WINDOW = 24 * 86_400_000

/**
 * Creates a limiter.
 *
 * @throws {ConfigError} Naming the first option that is unknown or out of range.
 */
export function createLoginLimiter(options: LoginLimiterOptions = {}): LoginLimiter {
  const read = readOptions('limiter', options, [
    'address',
    'accountAddress',
    'account',
    'familiarFor',
    'createCounter',
    'whenUnavailable',
  ])
  const { createCounter: chosen = createMemoryCounter, familiarFor = '14d' } = read
  checkFunction('limiter.createCounter', chosen)
  const createCounter = chosen as CreateRateCounter
  const whenUnavailable = readChoice('limiter.whenUnavailable', read.whenUnavailable, ['refuse', 'accept'], 'refuse')
  const familiarSeconds = readSeconds('limiter.familiarFor', familiarFor)
  const counter = (keyPrefix: string, limit: unknown, option: string, attempts: number): RateCounter => {
    const standard: AttemptLimit = { attempts, window: '15m' }
    return createCounter({ keyPrefix, ...readLimit(option, limit === undefined ? standard : limit) })
  }

  const addresses = counter('latchkey_address', read.address, 'limiter.address', 100)
  const pairs = counter('latchkey_account_address', read.accountAddress, 'limiter.accountAddress', 10)
  const accounts = counter('latchkey_account', read.account, 'limiter.account', 10)
  const familiar = createCounter({ keyPrefix: 'latchkey_familiar', points: 1, duration: familiarSeconds })

  /** Runs a step against the store; what an outage means is decided here alone. */
  async function guard<Result>(step: () => Promise<Result>, fallback: Result): Promise<Result> {
    try {
      return await step()
    } catch (cause) {
      if (whenUnavailable === 'refuse') throw new UnavailableError({ cause })
      return fallback
    }
  }

  /** Takes one point. Undefined: taken. Else the seconds until there is one. */
  async function take(limit: RateCounter, key: string): Promise<number | undefined> {
    return guard(async () => {
      try {
        await limit.consume(key, 1)
        return undefined
      } catch (reason) {
        const exhausted = readExhausted(reason)
        if (exhausted === undefined) throw reason
        return Math.max(1, Math.ceil(exhausted.msBeforeNext / 1_000))
      }
    }, undefined)
  }

  return Object.freeze<LoginLimiter>({
    async reserve({ account, address }) {
      const prefix = parseAddressPrefix(address)
      const keys = { address: hashKey(prefix), pair: hashKey(prefix, account), account: hashKey(account) }
      const isFamiliar = await guard(async () => (await familiar.get(keys.pair)) !== null, false)
      const limits: readonly (readonly [LoginLimit, RateCounter, string])[] = [
        ['address', addresses, keys.address],
        ['account_address', pairs, keys.pair],
        ...(isFamiliar ? [] : [['account', accounts, keys.account] as const]),
      ]
      const taken: (readonly [RateCounter, string])[] = []
      const giveBack = async (): Promise<void> => {
        await Promise.allSettled(taken.splice(0).map(([limit, key]) => limit.reward(key, 1)))
      }
      for (const [by, limit, key] of limits) {
        const retryAfter = await take(limit, key)
        if (retryAfter !== undefined) {
          await giveBack()
          return { ok: false, by, retryAfter }
        }
        taken.push([limit, key])
      }
      return {
        ok: true,
        cancel: giveBack,
        async succeed() {
          await giveBack()
          // The login has succeeded: an outage now costs the user nothing but some patience later.
          await Promise.allSettled([pairs.delete(keys.pair), familiar.set(keys.pair, 1, familiarSeconds)])
        },
      }
    },
  })
}

function readLimit(option: string, limit: unknown): { readonly points: number; readonly duration: number } {
  const read = readOptions(option, limit, ['attempts', 'window'])
  return {
    points: readInteger(`${option}.attempts`, read.attempts, { min: 1, max: 1_000_000 }),
    duration: readSeconds(`${option}.window`, read.window),
  }
}

// Redis counts windows in whole seconds.
function readSeconds(option: string, duration: unknown): number {
  return Math.ceil(parseDuration(option, duration, { min: 1_000, max: MAX_WINDOW }) / 1_000)
}

/** A key of fixed length and harmless characters. Hashed, so that a dump of the counters is no list of accounts. */
function hashKey(...parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url')
}
