/**
 * How events reach the application.
 *
 * @module
 */

import type { AuthEvent, Misconfiguration } from './events.ts'
import { ConfigError } from './faults.ts'

/**
 * Makes the function that tells a listener. It never throws: a logger that fails must not fail the request.
 *
 * @throws {ConfigError} When the listener is no function.
 */
export function createEmitter(listener: unknown): (event: AuthEvent) => void {
  if (listener === undefined) return () => {}
  if (typeof listener !== 'function') throw new ConfigError('onEvent', 'must be a function')
  const tell = listener as (event: AuthEvent) => unknown
  return (event) => {
    try {
      const told = tell(Object.freeze(event))
      // A rejection that nobody handles would end the process.
      if (told instanceof Promise) told.catch(() => {})
    } catch {
      // See above.
    }
  }
}

/** Makes the function that tells of what the application has to mend: each reason once, however many requests show it. */
export function createReport(emit: (event: AuthEvent) => void): (reason: Misconfiguration) => void {
  const told = new Set<Misconfiguration>()
  return (reason) => {
    if (told.has(reason)) return
    told.add(reason)
    emit({ type: 'misconfigured', reason })
  }
}
