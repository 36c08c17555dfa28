/**
 * Peppers: secrets outside the table of users, without which its hashes cannot be guessed at.
 *
 * @module
 */

import { createHmac, createSecretKey, type KeyObject } from 'node:crypto'
import { isUint8Array } from 'node:util/types'
import { ConfigError } from '@latchkey/core'

/** Peppers by id. Ids are whole numbers from 1 to 2^31-1 that are never reused. Each pepper is at least 32 bytes; text counts as its UTF-8 bytes. */
export type PepperSecrets = { readonly [id: number]: string | Uint8Array }

/** The peppers of a hasher, closed over. */
export interface Peppers {
  /** The id that new hashes use; undefined when there are no peppers. */
  readonly current: number | undefined
  has(id: number): boolean
  /** HMAC-SHA-256 of a password under the pepper of this id, which must exist. */
  apply(id: number, password: Uint8Array): Uint8Array
}

const ID = /^[1-9]\d{0,9}$/
const MAX_ID = 2 ** 31 - 1
const MIN_BYTES = 32

/**
 * Creates peppers. Bytes are copied.
 *
 * @param current The id for new hashes. Default: the highest.
 * @throws {ConfigError} `peppers`, `peppers.<id>` or `pepperWith`. The message holds none of the material.
 */
export function createPeppers(secrets: unknown, current: unknown): Peppers {
  const keys = new Map<number, KeyObject>()
  if (secrets !== undefined) {
    if (typeof secrets !== 'object' || secrets === null || Array.isArray(secrets) || ArrayBuffer.isView(secrets)) {
      throw new ConfigError('peppers', 'must be an object of peppers by id, such as { 1: pepper }')
    }
    for (const [name, value] of Object.entries(secrets)) {
      if (!ID.test(name) || Number(name) > MAX_ID) {
        throw new ConfigError('peppers', 'must have whole numbers from 1 to 2147483647 as ids')
      }
      keys.set(Number(name), createSecretKey(readPepper(`peppers.${name}`, value)))
    }
    if (keys.size === 0) throw new ConfigError('peppers', 'must hold at least one pepper, or be left out')
  }
  const highest = keys.size === 0 ? undefined : Math.max(...keys.keys())
  const id = current === undefined ? highest : current
  if (id !== undefined && (typeof id !== 'number' || !keys.has(id))) {
    throw new ConfigError('pepperWith', 'must be the id of one of "peppers"')
  }
  return Object.freeze<Peppers>({
    current: id,
    has: (candidate) => keys.has(candidate),
    apply(candidate, password) {
      const key = keys.get(candidate)
      if (key === undefined) throw new RangeError('There is no pepper of this id')
      return createHmac('sha256', key).update(password).digest()
    },
  })
}

function readPepper(option: string, value: unknown): Uint8Array {
  const bytes = typeof value === 'string' && value.isWellFormed() ? Buffer.from(value) : value
  if (!isUint8Array(bytes)) throw new ConfigError(option, 'must be well-formed text or a Uint8Array')
  if (bytes.length < MIN_BYTES) {
    throw new ConfigError(option, `must be at least ${MIN_BYTES} bytes; make one with: openssl rand -base64 32`)
  }
  return bytes
}
