/**
 * One store that several processes share, and what they write to it.
 *
 * @module
 */

import { createTestRuntime, type TestApplicationOptions } from '@latchkey/testing'
import { STORES, type CorpusStore } from '../attack-corpus/stores.fixture.ts'

/** The names of the servers that processes can share. */
export const SHARED: readonly string[] = STORES.filter(({ needsServer }) => needsServer).map(({ name }) => name)

/** Opens the store of a server under a prefix. */
export function openSharedStore(server: string, prefix: string): Promise<CorpusStore> {
  const kind = STORES.find(({ name }) => name === server)
  if (kind === undefined) throw new Error(`There is no store named ${server}`)
  return kind.open(prefix)
}

/** What the application of a process is told. Processes of different seeds make different ids. */
export function createRuntimeOf(seed: number): TestApplicationOptions {
  return { config: { runtime: createTestRuntime({ seed }) }, sessions: { maxDataSize: 1_000_000 } }
}

/** Values so long that a write of them takes a while; whoever sees but a part of them sees that they do not fit. */
export function valuesOf(round: number): { readonly first: number; readonly text: string; readonly last: number } {
  return { first: round, text: `${round} `.repeat(40_000), last: round }
}
