/**
 * A session store that is late, fails, or takes its calls in another order, when a test says so.
 *
 * @module
 */

import { parseDuration, type Duration, type Runtime, type SessionStoreParts, type StoreCall } from '@latchkey/core'
import { interceptSessionStore, type SessionStoreCallName } from './intercepted-session-store.ts'

/** Where on its way a call meets a fault: before the store underneath sees it, or when it took effect and its answer is under way. */
export type FaultPlace = 'before' | 'after'

/** A store in the hands of a test. */
export interface FaultySessionStore {
  /** The store to hand to `storedSessions`. */
  readonly store: SessionStoreParts
  /** The names of all calls so far, failed ones included, in order. */
  readonly calls: readonly SessionStoreCallName[]
  /**
   * Lets every call of this name reject from now on. `before`: the store underneath never sees it. `after`: it took effect, and its
   * answer is lost. Default `before`.
   */
  fail(name: SessionStoreCallName, when?: FaultPlace): void
  /** Lets every call reject from now on, whatever its name, before the store underneath sees it. */
  failAll(): void
  /**
   * Lets every call take so long from now on, by the clock of the runtime that the test moves: seconds as a number, or text such as
   * `3s`. It waits on its way to the store, or on the way back. A call whose signal aborts meanwhile rejects with the signal's
   * reason. Default `before`.
   *
   * @throws {ConfigError} When it is no duration.
   */
  delay(duration: Duration, when?: FaultPlace): void
  /** Keeps every call from the store from now on, until `release`. */
  hold(): void
  /** The names of the calls that are held, in the order in which they were made. */
  readonly held: readonly SessionStoreCallName[]
  /**
   * Lets the held calls reach the store one after the other, each when the one before has been answered, with those that they are followed
   * by; then ends the holding. The numbers choose which one goes next, counted from 0 among those that wait; when they run out, the
   * oldest does.
   */
  release(choices?: Iterable<number>): Promise<void>
  /** Ends all failures and delays; what is held stays so. */
  heal(): void
  /** Empties `calls`. */
  forgetCalls(): void
}

/** What a failing call rejects with; the text must never reach a client. */
export const STORE_FAILURE = 'The connection to the test database is lost'

/** What a faulty store may be told. */
export interface FaultySessionStoreOptions {
  /** Whose clock delays go by: the runtime that `createAuth` is given too. Needed for `delay`. */
  readonly runtime?: Runtime
}

interface Held {
  readonly name: SessionStoreCallName
  readonly go: () => void
  readonly answered: Promise<unknown>
}

/** Wraps a store, which works until it is told not to. */
export function createFaultySessionStore(
  store: SessionStoreParts,
  { runtime }: FaultySessionStoreOptions = {},
): FaultySessionStore {
  const calls: SessionStoreCallName[] = []
  const failing = new Map<SessionStoreCallName, FaultPlace>()
  const waiting: Held[] = []
  const answers = new WeakMap<readonly unknown[], () => void>()
  let allFail = false
  let isHolding = false
  let late: { readonly by: number; readonly when: FaultPlace } | undefined

  function wait(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const stop = runtime?.startTimer(milliseconds, resolve)
      signal?.addEventListener('abort', () => {
        stop?.()
        reject(signal.reason as Error)
      })
    })
  }

  function park(name: SessionStoreCallName, args: readonly unknown[]): Promise<void> {
    const [turn, answer] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    answers.set(args, answer.resolve)
    waiting.push({ name, go: turn.resolve, answered: answer.promise })
    return turn.promise
  }

  async function meet(place: FaultPlace, name: SessionStoreCallName, args: readonly unknown[]): Promise<void> {
    if (late?.when === place) await wait(late.by, (args.at(-1) as StoreCall).signal)
    if (failing.get(name) === place || (allFail && place === 'before')) throw new Error(STORE_FAILURE)
  }

  return {
    store: interceptSessionStore(store, {
      async before(name, args) {
        calls.push(name)
        await meet('before', name, args)
        if (isHolding) await park(name, args)
      },
      async after(name, args) {
        answers.get(args)?.()
        await meet('after', name, args)
      },
      failed: (_name, args) => answers.get(args)?.(),
    }),
    calls,
    get held() {
      return waiting.map(({ name }) => name)
    },
    fail: (name, when = 'before') => void failing.set(name, when),
    failAll() {
      allFail = true
    },
    delay(duration, when = 'before') {
      if (runtime === undefined) throw new Error('A delay needs the runtime by whose clock it goes')
      late = { by: parseDuration('duration', duration), when }
    },
    hold() {
      isHolding = true
    },
    async release(choices = []) {
      const chosen = [...choices]
      for (let step = 0; waiting.length > 0; step += 1) {
        const [next] = waiting.splice((chosen[step] ?? 0) % waiting.length, 1)
        next?.go()
        await next?.answered
        // Whoever was answered makes its following call in this turn.
        await settle()
      }
      isHolding = false
    },
    heal() {
      allFail = false
      failing.clear()
      late = undefined
    },
    forgetCalls() {
      calls.length = 0
    },
  }
}

/** Lets everything run that needs no timer and no answer from outside. */
function settle(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, 0)
  })
}
