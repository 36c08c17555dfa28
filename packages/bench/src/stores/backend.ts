/**
 * What a store under measurement is.
 *
 * @module
 */

import type { RevocationStore, SessionRecord, SessionStoreParts } from '@latchkey/core'

/** A store whose round trips are counted. */
export interface CountedStore {
  readonly store: SessionStoreParts
  /** How many there were so far. What is sent while something else is under way goes along with it. */
  roundTrips(): number
}

/** A store under measurement. */
export interface Backend {
  readonly store: SessionStoreParts
  /** The same, but for the counting, which is not to be measured. */
  readonly counted: CountedStore
  readonly revocations: RevocationStore
  /** Fills the store by means of its own with sessions like that of the template, from one number up to another, in the place of many calls. */
  readonly fillSessions?: (template: SessionRecord, from: number, to: number) => Promise<void>
  /** The same with revocations of `revocationOf`. */
  readonly fillRevocations?: (from: number, to: number, call: { readonly now: number }) => Promise<void>
  /** Reads a row by its id, in the one command that the driver has for it. */
  bareRead(id: string): unknown
  /** Writes a session's values by its id, in the one command that the driver has for it. */
  bareWrite(id: string, data: string): unknown
  /** The bytes that one of so many sessions takes, indexes included; undefined where that cannot be told. */
  bytesPerSession(sessions: number, sampleId: string): Promise<number | undefined>
  /** Removes what was made, and closes connections. */
  close(): Promise<void>
}

/** A kind of store. */
export interface BackendKind {
  readonly name: string
  /** Whether a command goes through a socket, which is what most of its time is then. */
  readonly isNetworked: boolean
  /** Another way to use a server that is measured already: its operations are compared, and it has no goal and no growth of its own. */
  readonly isVariant?: boolean
  open(): Promise<Backend>
}
