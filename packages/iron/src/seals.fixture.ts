/**
 * Seals as somebody who has the keys could make them, for the tests of this package.
 *
 * @module
 */

import { hkdfSync } from 'node:crypto'
import type { JsonObject } from '@latchkey/core'
import { TEST_SECRETS } from '@latchkey/testing'
import { sealData, unsealData } from 'iron-session'

/** The password that a root secret gives (RFC 5869), written out once more. */
export function passwordOf(id: number, secret: string | Uint8Array = TEST_SECRETS[1] ?? ''): string {
  return Buffer.from(hkdfSync('sha256', secret, '', `latchkey/v1/sealed-session/${id}`, 32)).toString('base64url')
}

/** Seals values as the application of the tests would. */
export function forge(
  values: object,
  { ttl = 86_400, id = 1 }: { readonly ttl?: number; readonly id?: number } = {},
): Promise<string> {
  const password = passwordOf(id)
  return sealData(values, { password: { [id]: password }, ttl })
}

/** What stands in a seal of the test application. */
export async function contentsOf(seal: string): Promise<JsonObject> {
  return unsealData<JsonObject>(seal, { password: { 1: passwordOf(1) } })
}

/** A seal with one of its eight fields changed. */
export function withField(seal: string, index: number, change: (field: string) => string): string {
  const fields = seal.split('*')
  fields[index] = change(fields[index] ?? '')
  return fields.join('*')
}
