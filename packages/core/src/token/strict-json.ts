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

/** A JSON object that was read strictly and is not hardened yet. */
export interface SoftJsonObject {
  readonly [name: string]: unknown
}

/** How deep objects and arrays may be nested; the top-level object is level 1. */
export const MAX_JSON_DEPTH = 16

const MAX_MEMBERS = 256
/** The shortest member, `"":0`. */
const MEMBER_LENGTH = 4
const QUOTE = 0x22
const COLON = 0x3a
const BACKSLASH = 0x5c

/**
 * Parses text as one JSON object. Linear in time.
 *
 * @returns Frozen to its depth, every object without a prototype. Undefined for: a byte order mark, anything but an object at the
 * top, a member name that occurs twice in one object (however it is spelled), a member named `__proto__`, a name with a reverse solidus in it, more
 * than 16 levels, more than `maxMembers` (default 256) members in all, a number beyond the range of a double, a lone
 * surrogate. Nothing is thrown. The length is not limited here.
 */
export function parseStrictJson(text: string, maxMembers: number = MAX_MEMBERS): StrictJsonObject | undefined {
  const value = readStrictJson(text, maxMembers)
  return value && harden(value)
}

/**
 * Reads text as `parseStrictJson` does, up to what that does last: for text that may turn out to be worth nothing.
 *
 * @returns What `harden` takes. With prototypes, and not frozen.
 */
export function readStrictJson(text: string, maxMembers: number = MAX_MEMBERS): SoftJsonObject | undefined {
  try {
    // A number past this is hostile before any value is built; a duplicate shows as a member more in the text than in the value.
    const members = countMembers(text)
    if (members > maxMembers || !text.isWellFormed()) return undefined
    const value: unknown = JSON.parse(text)
    return isObject(value) && checkMembers(value, text.includes('\\'), 1) === members ? value : undefined
  } catch {
    return undefined
  }
}

/** Freezes what was read to its depth, and takes its objects' prototypes away: in place, so that nobody else may have it. */
export function harden(value: SoftJsonObject): StrictJsonObject {
  for (const member of Object.values(value))
    if (typeof member === 'object' && member !== null) harden(member as SoftJsonObject)
  if (!Array.isArray(value)) Object.setPrototypeOf(value, null)
  return Object.freeze(value) as StrictJsonObject
}

/**
 * Tells whether text that `JSON.stringify` made of plain data, nested at most 16 levels deep and without a member named `__proto__`, is
 * what `parseStrictJson` takes: what else that refuses, `JSON.stringify` never writes.
 */
export function isStrictJson(text: string): boolean {
  // A lone surrogate is always written in the first way, and a reverse solidus in the second. Where either shows, it is looked at.
  if (text.includes('\\ud') || text.includes('\\\\')) return parseStrictJson(text) !== undefined
  return text.length <= MAX_MEMBERS * MEMBER_LENGTH || countMembers(text) <= MAX_MEMBERS
}

/** Counts the colons outside of strings, which in well-formed JSON are as many as there are members. */
function countMembers(text: string): number {
  let count = 0
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index)
    if (code === COLON) count += 1
    else if (code === QUOTE) index = endOfString(text, index + 1)
  }
  return count
}

/** Where the string ends that begins there: its quote, or the end of the text. */
function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start)
  while (end !== -1 && isEscaped(text, end)) end = text.indexOf('"', end + 1)
  return end === -1 ? text.length : end
}

/** A reverse solidus escapes what stands behind it, unless it is escaped itself. */
function isEscaped(text: string, index: number): boolean {
  let start = index
  while (text.charCodeAt(start - 1) === BACKSLASH) start -= 1
  return (index - start) % 2 === 1
}

/**
 * Counts the members of a value.
 *
 * @param escapes Whether the text has any: without, every string in it is as well-formed as the text.
 * @throws {RangeError} For a value that is refused.
 */
function checkMembers(value: object, escapes: boolean, depth: number): number {
  if (depth > MAX_JSON_DEPTH) throw new RangeError('Nested too deep')
  const names = Object.keys(value)
  let members = Array.isArray(value) ? 0 : names.length
  for (const name of names) {
    const member = (value as Record<string, unknown>)[name]
    if (name === '__proto__' || (escapes && !isPlainName(name))) throw new RangeError('Member name refused')
    if (typeof member === 'object' && member !== null) members += checkMembers(member, escapes, depth + 1)
    else if (escapes && typeof member === 'string' && !member.isWellFormed()) throw new RangeError('Lone surrogate')
    else if (typeof member === 'number' && !Number.isFinite(member)) throw new RangeError('Number out of range')
  }
  return members
}

/**
 * A reverse solidus is refused for what some releases of V8 do: where an object before had a member whose name is the beginning of how this one
 * is spelled, escapes and all, `JSON.parse` gives this one that name.
 */
function isPlainName(name: string): boolean {
  return name.isWellFormed() && !name.includes('\\')
}

function isObject(value: unknown): value is SoftJsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
