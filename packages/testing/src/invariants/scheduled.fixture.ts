/**
 * Applications on the memory store whose calls a scheduler of fast-check puts in order.
 *
 * The invariants that are not in this folder: those of seals and of cookies' sizes stand in `@latchkey/iron`, those of rows from other versions
 * beside the rows of `@latchkey/kysely` and `@latchkey/redis`, and those of adapters and of stores beside each other in the example.
 *
 * @module
 */

import { createMemorySessionStore, type AuthEvent, type SessionStoreParts } from '@latchkey/core'
import fc from 'fast-check'
import { createTestApplication, type TestApplication } from '../application.ts'
import { interceptSessionStore, type SessionStoreHooks } from '../intercepted-session-store.ts'
import { createRecordingSessionStore, type RecordingSessionStore } from '../recording-session-store.ts'
import { createTestRuntime, type TestRuntime } from '../runtime.ts'

/** An application, its clock, what it told, and what it asked of its store. */
export interface Scene {
  readonly application: TestApplication
  readonly runtime: TestRuntime
  readonly events: readonly AuthEvent[]
  readonly recording: RecordingSessionStore
  /** The store itself, past the scheduler and the log. */
  readonly memory: SessionStoreParts
}

/** What a scene may be told. */
export interface SceneOptions {
  /** Which store; several applications may have the same. */
  readonly memory?: SessionStoreParts
  /** Which randomness. Applications on one store need different ones. Default 1. */
  readonly seed?: number
  /** The clock's distance from the test runtime's own time, in milliseconds. Default 0. */
  readonly skew?: number
  /** What runs around each call. */
  readonly hooks?: SessionStoreHooks
}

/** Sets a scene. */
export function setScene({
  memory = createMemorySessionStore(),
  seed = 1,
  skew = 0,
  hooks = {},
}: SceneOptions = {}): Scene {
  const runtime = createTestRuntime({ seed })
  const events: AuthEvent[] = []
  const recording = createRecordingSessionStore(interceptSessionStore(memory, hooks))
  const application = createTestApplication(recording.store, {
    config: { runtime: { ...runtime, now: () => runtime.now() + skew }, onEvent: (event) => events.push(event) },
    sessions: { idleTimeout: '1h', absoluteTimeout: '4h', touchEvery: '5m' },
  })
  return { application, runtime, events, recording, memory }
}

/** The hook that hands each call to a scheduler before the store sees it. */
export function inTurn(scheduler: fc.Scheduler): SessionStoreHooks {
  return { before: (name) => scheduler.schedule(Promise.resolve(), name) }
}

/** The id of the session in a cookie; empty text where there is none. */
export function idIn(cookie: string): string {
  return /_([0-9a-f]{32})\./.exec(cookie)?.[1] ?? ''
}

/** How many of the cookies open a session. Asks the store itself. */
export async function countOpened({ memory }: Scene, cookies: Iterable<string>): Promise<number> {
  const { application } = setScene({ memory, seed: 99 })
  const visits = await Promise.all([...cookies].map((cookie) => application.visit(cookie)))
  return visits.filter(({ session }) => session.id !== null).length
}

/** Waits for all, in whatever order the scheduler chooses, and takes a reported conflict for an answer. */
export async function playAll(
  scheduler: fc.Scheduler,
  tasks: readonly Promise<unknown>[],
): Promise<readonly unknown[]> {
  const answers = tasks.map((task) =>
    task.catch((error: unknown) => {
      if ((error as { readonly code?: unknown }).code === 'ERR_SESSION_CONFLICT') return error
      throw error
    }),
  )
  return scheduler.waitFor(Promise.all(answers))
}
