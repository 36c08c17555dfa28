/**
 * Reading stored hashes: a closed set of formats, told apart by strict grammars.
 *
 * @module
 */

import { parseBcrypt } from './bcrypt.ts'
import { parseDjango } from './django.ts'
import { parseLucia } from './lucia.ts'
import { parsePhc } from './phc.ts'
import type { StoredHash } from './stored-hash.ts'
import { parseWerkzeug } from './werkzeug.ts'

const MAX_LENGTH = 512
const PARSERS = [parsePhc, parseBcrypt, parseWerkzeug, parseDjango, parseLucia] as const

/**
 * Parses a stored hash.
 *
 * @param stored Text of any content. No text throws, and none costs more than its length.
 * @returns Undefined for the empty text, for plain passwords and bare digests, for unknown formats, and for parameters above the ceilings.
 */
export function parseStoredHash(stored: string): StoredHash | undefined {
  if (stored.length > MAX_LENGTH) return undefined
  for (const parse of PARSERS) {
    const hash = parse(stored)
    if (hash !== undefined) return hash
  }
  return undefined
}
