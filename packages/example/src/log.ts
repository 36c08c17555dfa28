/**
 * The log: one line of JSON per entry.
 *
 * @module
 */

import { isFault } from '@latchkey/core'

/** Takes one entry: a plain object without secrets. */
export type Log = (entry: object) => void

/**
 * Creates a log.
 *
 * @param write Takes one line, without its end.
 * @param now The clock, in epoch milliseconds.
 */
export function createLog(write: (line: string) => void, now: () => number): Log {
  return (entry) => write(JSON.stringify({ time: new Date(now()).toISOString(), ...entry }))
}

/**
 * Logs an error that a handler threw. The stack goes to the log, and never to the client. A session conflict is the answer to
 * a race between two requests, no defect, and has been logged as an event.
 */
export function logError(log: Log, error: unknown): void {
  if (isFault(error) && error.code === 'ERR_SESSION_CONFLICT') return
  const { stack, cause } = error instanceof Error ? error : new Error('Something was thrown that is no error')
  log({ type: 'error', stack, ...(cause instanceof Error ? { cause: cause.stack } : {}) })
}
