/**
 * What the contract suite of token stores works on and with.
 *
 * @module
 */

import type { StoreCall, TokenInfo, TokenRecord, TokenStore } from '@latchkey/core'

/** A token store under test, empty at first. */
export interface TokenStoreHarness {
  /** The store under test, empty. */
  readonly store: TokenStore
  /**
   * Reads everything that is stored, past the store, as text. Where it is given, the suite also proves that nothing is left of
   * what is gone.
   */
  readonly rawDump?: () => Promise<string>
  /**
   * True where expired tokens vanish by themselves, in a time that is not the caller's: `deleteExpired` then has nothing to
   * remove and answers 0. Default false.
   */
  readonly expiresByItself?: boolean
  /** Lets go of everything that was opened. */
  close(): void | Promise<void>
}

/** Gives the harness of the test that runs. */
export type CurrentTokenHarness = () => TokenStoreHarness

/** The time at which tests begin, in epoch milliseconds. */
export const NOW = 1_800_000_000_000

/** A call at a time. */
export function at(now: number): StoreCall {
  return { now }
}

/** An id of the right form for a number. */
export function idOf(number: number): string {
  return number.toString(16).padStart(32, '0')
}

/** The digest of the tokens of the suite. */
export const DIGEST = 'ZGlnZXN0ZGlnZXN0ZGlnZXN0ZGlnZXN0ZGlnZXN0ZGk'

/** An unexpired token of the subject `alice` for the purpose `reset`: over after a minute. */
export function tokenOf(fields: Partial<TokenRecord> = {}): TokenRecord {
  return {
    id: idOf(1),
    purpose: 'reset',
    subject: 'alice',
    digest: DIGEST,
    createdAt: NOW,
    expiresAt: NOW + 60_000,
    lastUsedAt: null,
    data: {},
    ...fields,
  }
}

/** What a list may know of a token. */
export function infoOf(record: TokenRecord): TokenInfo {
  const { id, purpose, subject, createdAt, expiresAt, lastUsedAt, data } = record
  return { id, purpose, subject, createdAt, expiresAt, lastUsedAt, data }
}

/** Creates the tokens in a store, one after the other, and refuses to go on if one is not created. */
export async function createAll(store: TokenStore, records: readonly TokenRecord[]): Promise<void> {
  for (const record of records) {
    const outcome = await store.create(record, at(NOW))
    if (outcome !== 'created') throw new Error(`The suite could not create a token: ${outcome}`)
  }
}
