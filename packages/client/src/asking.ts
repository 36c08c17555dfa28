/**
 * Asking a server until it has answered: with a time limit for each attempt, and pauses between them.
 *
 * @module
 */

import type { ClientRuntime, FetchResponse, SendToken } from './platform.ts'
import { nextPause } from './timing.ts'

/** An answer after which asking again is right. */
export interface Again {
  readonly status: 'again'
  readonly retryAfter: number
}

/** What is asked, and how answers are judged. */
export interface Question<Verdict> {
  readonly send: SendToken
  /** What is presented, looked up before each attempt. Undefined: there is nothing to ask any more. */
  readonly token: () => Promise<string | null | undefined>
  readonly judge: (response: FetchResponse, now: number) => Promise<Verdict>
  readonly stop?: AbortSignal
}

/**
 * Asks up to five times. An attempt that fails, by an exception too, is one whose answer was lost.
 *
 * @returns The verdict, which is `again` after the last attempt; undefined when it was stopped, or there was nothing to ask.
 */
export async function ask<Verdict extends { readonly status: string }>(
  { runtime, timeout }: { readonly runtime: ClientRuntime; readonly timeout: number },
  { send, token, judge, stop }: Question<Verdict>,
): Promise<Verdict | Again | undefined> {
  const isStopped = (): boolean => stop?.aborted === true
  for (let failed = 1; ; failed += 1) {
    const presented = await token()
    if (presented === undefined || isStopped()) return undefined
    const verdict = await attempt(presented)
    const pause = verdict.status === 'again' ? nextPause(failed, (verdict as Again).retryAfter) : undefined
    if (pause === undefined || isStopped()) return verdict
    await sleep(pause)
  }

  async function attempt(presented: string | null): Promise<Verdict | Again> {
    const { signal, release } = startLimit(timeout)
    try {
      const verdict = send(presented, signal).then((response) => judge(response, runtime.now()))
      // Not every `fetch` minds its signal.
      return await Promise.race([verdict, whenAborted(signal).then(giveUp)])
    } catch {
      return { status: 'again', retryAfter: 0 }
    } finally {
      release()
    }
  }

  async function sleep(milliseconds: number): Promise<void> {
    const { signal, release } = startLimit(milliseconds)
    await whenAborted(signal)
    release()
  }

  /** A signal that is aborted after so long, or when all is to stop. */
  function startLimit(milliseconds: number): { readonly signal: AbortSignal; readonly release: () => void } {
    const controller = new AbortController()
    const abort = (): void => controller.abort()
    const stopTimer = runtime.startTimer(milliseconds, abort)
    stop?.addEventListener('abort', abort)
    return {
      signal: controller.signal,
      release() {
        stopTimer()
        stop?.removeEventListener('abort', abort)
      },
    }
  }
}

function giveUp(): never {
  throw new Error('The server did not answer in time')
}

function whenAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
