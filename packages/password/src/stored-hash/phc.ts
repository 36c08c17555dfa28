/**
 * PHC strings of Argon2 and scrypt: the format of our own hashes, and of many other libraries.
 *
 * @module
 */

import { isAffordable, type Argon2Kdf, type Kdf, type ScryptKdf } from '../kdf.ts'
import { decodeBase64, encodeBase64 } from './base64.ts'
import type { DerivedHash } from './stored-hash.ts'

const NUMBER = '([1-9]\\d{0,9})'
const TAIL = `(?:,pepper=${NUMBER})?\\$([A-Za-z0-9+/]{11,86})\\$([A-Za-z0-9+/]{22,86})`
const ARGON2 = new RegExp(`^\\$(argon2id|argon2i|argon2d)\\$v=19\\$m=${NUMBER},t=${NUMBER},p=${NUMBER}${TAIL}$`)
const SCRYPT = new RegExp(`^\\$scrypt\\$ln=([1-9]\\d?),r=${NUMBER},p=${NUMBER}${TAIL}$`)
const MAX_ID = 2 ** 31 - 1

/** What a PHC string is made of. */
export type PhcHash = Pick<DerivedHash, 'salt' | 'digest' | 'pepper'> & { readonly kdf: Argon2Kdf | ScryptKdf }

/** Writes a hash as a PHC string. A pepper stands as its id in the parameters, in last place. */
export function formatPhc({ kdf, salt, digest, pepper }: PhcHash): string {
  const cost =
    kdf.name === 'scrypt'
      ? `ln=${Math.log2(kdf.cost)},r=${kdf.blockSize},p=${kdf.parallelism}`
      : `m=${kdf.memory},t=${kdf.passes},p=${kdf.parallelism}`
  return [
    '',
    kdf.name,
    ...(kdf.name === 'scrypt' ? [] : ['v=19']),
    pepper === undefined ? cost : `${cost},pepper=${pepper}`,
    encodeBase64(salt, false),
    encodeBase64(digest, false),
  ].join('$')
}

/**
 * Parses a PHC string of Argon2 1.3 or scrypt: parameters in the order of the specification, salt of 8 to 64 bytes, digest of 16 to
 * 64 bytes, both in canonical base64 without padding.
 *
 * @returns Undefined for everything else; also for Argon2 1.0 (`v=16`, or no version), and for parameters above the ceilings.
 */
export function parsePhc(text: string): DerivedHash | undefined {
  const argon2 = ARGON2.exec(text)
  if (argon2 !== null) {
    const [, name, memory, passes, parallelism, pepper, salt = '', digest = ''] = argon2
    return assemble(
      {
        name: name as Argon2Kdf['name'],
        memory: Number(memory),
        passes: Number(passes),
        parallelism: Number(parallelism),
      },
      { pepper, salt, digest },
    )
  }
  const scrypt = SCRYPT.exec(text)
  if (scrypt === null) return undefined
  const [, exponent, blockSize, parallelism, pepper, salt = '', digest = ''] = scrypt
  return assemble(
    {
      name: 'scrypt',
      cost: 2 ** Number(exponent),
      blockSize: Number(blockSize),
      parallelism: Number(parallelism),
    },
    { pepper, salt, digest },
  )
}

function assemble(
  kdf: Kdf,
  text: { readonly pepper: string | undefined; readonly salt: string; readonly digest: string },
): DerivedHash | undefined {
  const salt = decodeBase64(text.salt, false)
  const digest = decodeBase64(text.digest, false)
  const pepper = text.pepper === undefined ? undefined : Number(text.pepper)
  if (salt === undefined || digest === undefined || salt.length < 8 || digest.length < 16) return undefined
  if ((pepper !== undefined && pepper > MAX_ID) || !isAffordable(kdf)) return undefined
  return { kind: 'derived', own: true, kdf, salt, digest, input: 'text', pepper }
}
