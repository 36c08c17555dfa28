/**
 * Sealing and opening with iron-session: the one place that knows it.
 *
 * @module
 */

import { sealData, unsealData } from 'iron-session'

/** A password and the id that a seal names it by. */
export interface SealPassword {
  /** 0 to 2^31-1. */
  readonly id: number
  /** At least 32 characters that nobody can guess: iron derives its keys from them in one round. */
  readonly text: string
}

/** What makes seals and opens them. */
export interface SealBox {
  /**
   * Seals values as `Fe26.2` text.
   *
   * @param values Plain JSON values by name.
   * @param ttl For how many seconds iron itself opens it, by the system's clock and 60 seconds longer. 1 or more.
   */
  seal(values: object, password: SealPassword, ttl: number): Promise<string>
  /**
   * Opens a seal.
   *
   * @returns What was sealed, whatever it is; undefined for every failure. Nothing is thrown.
   */
  unseal(seal: string, password: SealPassword): Promise<unknown>
}

/** The box of iron-session. */
export const ironBox: SealBox = Object.freeze({
  seal: (values: object, { id, text }: SealPassword, ttl: number) =>
    sealData(values, { password: { [id]: text }, ttl }),
  async unseal(seal: string, { id, text }: SealPassword) {
    let failed = false
    try {
      const values = await unsealData<object>(seal, { password: { [id]: text }, onUnsealError: () => (failed = true) })
      return failed ? undefined : values
    } catch {
      return undefined
    }
  },
})
