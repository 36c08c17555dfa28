/**
 * The JSON of a session: objects with one member of a certain name stand for values that JSON does not have.
 *
 * @module
 */

/** A value of a session. Tuples are lists; markup and UUIDs are text. */
export type FlaskValue = null | boolean | number | string | Date | Uint8Array | readonly FlaskValue[] | FlaskData

/** The values of a session by their names. */
export interface FlaskData {
  readonly [key: string]: FlaskValue
}

const MAX_DEPTH = 64
const UUID = /^[0-9a-f]{32}$/
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * Parses the JSON of a session whose signature was checked. Its objects have no prototype.
 *
 * @returns Undefined for anything but an object at the top, for a tag with a value that does not fit it, and past 64 levels. Python's
 * `NaN` and `Infinity` are no JSON. Whole numbers past 2^53 lose their last digits. Nothing is thrown.
 */
export function parseTaggedJson(bytes: Uint8Array): FlaskData | undefined {
  try {
    const value = untag(JSON.parse(decoder.decode(bytes)), 0)
    return isData(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** Tells whether a value is an object of names and values. */
export function isData(value: FlaskValue | undefined): value is FlaskData {
  if (typeof value !== 'object' || value === null) return false
  return !Array.isArray(value) && !(value instanceof Date) && !(value instanceof Uint8Array)
}

function untag(value: unknown, depth: number): FlaskValue {
  if (depth > MAX_DEPTH) throw new RangeError('Nested too deep')
  if (Array.isArray(value)) return value.map((item) => untag(item, depth + 1))
  if (typeof value !== 'object' || value === null) return value as FlaskValue
  const entries = Object.entries(value)
  const [[tag, tagged] = [undefined, undefined]] = entries
  return (entries.length === 1 && tag !== undefined ? readTag(tag, tagged, depth) : undefined) ?? toData(entries, depth)
}

/** Undefined for a name that is no tag. */
function readTag(tag: string, value: unknown, depth: number): FlaskValue | undefined {
  switch (tag) {
    case ' t':
      if (!Array.isArray(value)) throw new TypeError('A tuple is a list')
      return untag(value, depth)
    case ' b':
      return Uint8Array.from(atob(textOf(value)), (character) => character.charCodeAt(0))
    case ' m':
      return textOf(value)
    case ' u':
      if (!UUID.test(textOf(value))) throw new TypeError('A UUID is 32 digits')
      return textOf(value).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
    case ' d':
      return readDate(textOf(value))
    case ' di':
      return readEscaped(value, depth)
    default:
      return undefined
  }
}

/** An object whose only name looks like a tag is written with two underscores after it. */
function readEscaped(value: unknown, depth: number): FlaskData {
  const [entry, ...others] = typeof value === 'object' && value !== null ? Object.entries(value) : []
  if (entry === undefined || others.length > 0 || !entry[0].endsWith('__')) {
    throw new TypeError('An escaped object has one name')
  }
  return toData([[entry[0].slice(0, -2), entry[1]]], depth)
}

function toData(entries: readonly (readonly [string, unknown])[], depth: number): FlaskData {
  const data = Object.create(null) as Record<string, FlaskValue>
  for (const [name, member] of entries) data[name] = untag(member, depth + 1)
  return data
}

function readDate(text: string): Date {
  const date = new Date(text)
  if (Number.isNaN(date.getTime())) throw new TypeError('A date is an HTTP date')
  return date
}

function textOf(value: unknown): string {
  if (typeof value !== 'string') throw new TypeError('A tag has a text')
  return value
}
