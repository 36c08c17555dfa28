/**
 * JSON that has one meaning only: what two readers could read differently is refused (RFC 8725 section 3, RFC 8259 section 4).
 *
 * @module
 */

/** A JSON value that was read strictly: frozen, its objects without a prototype. */
export type StrictJson = null | boolean | number | string | readonly StrictJson[] | StrictJsonObject

/** A JSON object that was read strictly: frozen, without a prototype. */
export interface StrictJsonObject {
  readonly [name: string]: StrictJson
}

/** How deep objects and arrays may be nested; the top-level object is level 1. */
export const MAX_JSON_DEPTH = 16

const MAX_MEMBERS = 256
/** The shortest member, `"":0`. */
const MEMBER_LENGTH = 4
const QUOTE = 0x22
const COLON = 0x3a
const BACKSLASH = 0x5c
const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * Parses bytes as one JSON object. Linear in time.
 *
 * @returns Frozen to its depth, every object without a prototype. Undefined for: ill-formed UTF-8, a byte order mark, anything
 * but an object at the top, a member name that occurs twice in one object (however it is spelled), a member named `__proto__`,
 * more than 16 levels, more than `maxMembers` (default 256) members in all, a number beyond the range of a double, a lone surrogate in a name or
 * a string. Nothing is thrown. The length is not limited here.
 */
export function parseStrictJson(bytes: Uint8Array, maxMembers: number = MAX_MEMBERS): StrictJsonObject | undefined {
  try {
    const text = decoder.decode(bytes)
    // A number past this is hostile before any value is built; a duplicate shows as a member more in the text than in the value.
    const members = countMembers(text)
    if (members > maxMembers) return undefined
    const budget = { members }
    const value = toStrict(JSON.parse(text), 1, budget)
    return isObject(value) && budget.members === 0 ? value : undefined
  } catch {
    return undefined
  }
}

/**
 * Tells whether text that `JSON.stringify` made of plain data, nested at most 16 levels deep and without a member named `__proto__`, is
 * what `parseStrictJson` takes: what else that refuses, `JSON.stringify` never writes.
 */
export function isStrictJson(text: string): boolean {
  // A lone surrogate is always written in this way. A reverse solidus that stands before these letters is as well, and then it is looked at.
  if (text.includes('\\ud')) return parseStrictJson(encoder.encode(text)) !== undefined
  return text.length <= MAX_MEMBERS * MEMBER_LENGTH || countMembers(text) <= MAX_MEMBERS
}

/** Counts the colons outside of strings, which in well-formed JSON are as many as there are members. */
function countMembers(text: string): number {
  let count = 0
  let inString = false
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index)
    if (code === QUOTE) inString = !inString
    else if (!inString) count += code === COLON ? 1 : 0
    else if (code === BACKSLASH) index += 1
  }
  return count
}

function toStrict(value: unknown, depth: number, budget: { members: number }): StrictJson {
  if (typeof value === 'string') return checkText(value)
  if (typeof value === 'number' && !Number.isFinite(value)) throw new RangeError('Number out of range')
  if (typeof value !== 'object' || value === null) return value as null | boolean | number
  if (depth > MAX_JSON_DEPTH) throw new RangeError('Nested too deep')
  if (Array.isArray(value)) {
    for (const item of value as unknown[]) toStrict(item, depth + 1, budget)
    return Object.freeze(value as StrictJson[])
  }
  // In place: nobody else has what was just parsed, and no member changes but by losing its prototype.
  for (const name of Object.keys(value)) {
    if (name === '__proto__') throw new RangeError('Member name refused')
    budget.members -= 1
    toStrict((value as Record<string, unknown>)[checkText(name)], depth + 1, budget)
  }
  return Object.freeze(Object.setPrototypeOf(value, null) as StrictJsonObject)
}

function checkText(text: string): string {
  if (!text.isWellFormed()) throw new RangeError('Lone surrogate')
  return text
}

function isObject(value: StrictJson): value is StrictJsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
