/**
 * Sealing and opening with iron-session: the one place that knows it.
 *
 * @module
 */

import { sealData, unsealData } from 'iron-session'
import type { SealBox, Unsealed } from './seal-box.ts'

/** The box of iron-session, on the Web Cryptography API. */
export const ironBox: SealBox = Object.freeze<SealBox>({
  seal: (values, { id, text }, ttl) => sealData(values, { password: { [id]: text }, ttl }),
  async unseal(seal, { id, text }) {
    let failed = false
    try {
      const values = await unsealData<object>(seal.text, {
        password: { [id]: text },
        onUnsealError: () => (failed = true),
      })
      return failed ? undefined : (values as Unsealed)
    } catch {
      return undefined
    }
  },
})
