/**
 * What the races of sessions are given to work on.
 *
 * @module
 */

import type { SessionStoreParts } from '@latchkey/core'
import { createTestApplication, type TestApplication } from '../application.ts'
import { createTestRuntime } from '../runtime.ts'

/** Several ways to one store, empty at first. */
export interface SessionRacesHarness {
  /** Stores on the same data, each on a connection of its own. One or more; what they share is the server alone. */
  readonly stores: readonly SessionStoreParts[]
  /** Lets go of everything that was opened. */
  close(): void | Promise<void>
}

/** Makes a harness. */
export type MakeSessionRacesHarness = () => SessionRacesHarness | Promise<SessionRacesHarness>

/** Gives the application of a process. There are as many as connections; numbers beyond begin anew. */
export function createProcesses({ stores }: SessionRacesHarness): (number: number) => TestApplication {
  // Each has randomness of its own, as processes have.
  const applications = stores.map((store, index) =>
    createTestApplication(store, { config: { runtime: createTestRuntime({ seed: index + 1 }) } }),
  )
  return (number) => {
    const application = applications[number % applications.length]
    if (application === undefined) throw new Error('A harness has one store or more')
    return application
  }
}

/** Gives a store of the harness. Numbers beyond the last one begin anew. */
export function storeOf({ stores }: SessionRacesHarness, number: number): SessionStoreParts {
  const store = stores[number % stores.length]
  if (store === undefined) throw new Error('A harness has one store or more')
  return store
}
