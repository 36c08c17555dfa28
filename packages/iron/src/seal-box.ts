/**
 * What makes seals and opens them.
 *
 * @module
 */

import type { JsonObject, JsonValue } from '@latchkey/core'
import type { SealText } from './seal-text.ts'

/** A password and the id that a seal names it by. */
export interface SealPassword {
  /** 0 to 2^31-1. */
  readonly id: number
  /** At least 32 characters that nobody can guess: iron derives its keys from them in one round. */
  readonly text: string
}

/** Seals and opens by one engine. Every engine writes and reads the same bytes, and answers alike. */
export interface SealBox {
  /**
   * Seals values as `Fe26.2` text.
   *
   * @param values Plain JSON values by name.
   * @param ttl For how many whole seconds the box itself opens it, by the system's clock and 60 seconds longer. 1 or more.
   */
  seal(values: JsonObject, password: SealPassword, ttl: number): string | Promise<string>
  /**
   * Opens a seal.
   *
   * @returns What was sealed, whatever it is, and an empty object for null; undefined for every failure. Nothing is thrown.
   */
  unseal(seal: SealText, password: SealPassword): Unsealed | Promise<Unsealed>
}

/** What a seal gives. */
export type Unsealed = JsonValue | undefined
