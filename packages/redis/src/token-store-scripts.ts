/**
 * How a token stands in Redis, and the scripts that work on it. Each script has one key, `KEYS[1]`.
 *
 * A row is five lines of text: the format, the digest as JSON, `expiresAt`, `lastUsedAt`, and all that a script need not
 * know, as a JSON object. JSON text has no line breaks of its own. What is null is a lone `-`.
 *
 * @module
 */

import type { TokenRecord } from '@latchkey/core'
import { createScript, type Script } from './client.ts'

const FORMAT = '1'
const NULL = '-'

type Rest = Pick<TokenRecord, 'purpose' | 'subject' | 'createdAt' | 'data'>

/** Writes a row. The id is the key's. */
export function encodeToken(record: TokenRecord): string {
  const { purpose, subject, createdAt, data } = record
  const rest: Rest = { purpose, subject, createdAt, data }
  const times = [record.expiresAt, record.lastUsedAt].map((time) => (time === null ? NULL : `${time}`))
  return [FORMAT, encodeDigest(record.digest), ...times, JSON.stringify(rest)].join('\n')
}

/** Writes a digest as it stands in a row. */
export function encodeDigest(digest: string): string {
  return JSON.stringify(digest)
}

/** Reads a row; null for one of another format, or what is no row at all. */
export function decodeToken(id: string, text: string): TokenRecord | null {
  const [format, digest, expiresAt, lastUsedAt, rest, ...more] = text.split('\n')
  if (format !== FORMAT || digest === undefined || rest === undefined || more.length > 0) return null
  try {
    const { purpose, subject, createdAt, data } = JSON.parse(rest) as Rest
    const times = { createdAt, expiresAt: readTime(expiresAt), lastUsedAt: readTime(lastUsedAt) }
    return { id, purpose, subject, digest: JSON.parse(digest) as string, ...times, data }
  } catch {
    return null
  }
}

/** Reads the subject and the purpose from the last line of a row; null where nobody can have written it. */
export function decodeOwner(rest: string): Pick<Rest, 'subject' | 'purpose'> | null {
  try {
    const { subject, purpose } = JSON.parse(rest) as Rest
    return { subject, purpose }
  } catch {
    return null
  }
}

function readTime(line: string | undefined): number | null {
  return line === NULL ? null : Number(line)
}

const PRELUDE = String.raw`
local function open()
  local value = redis.call('GET', KEYS[1])
  if not value then return nil end
  local digest, finish, used, rest = string.match(value, '^${FORMAT}\n([^\n]*)\n([^\n]*)\n([^\n]*)\n([^\n]*)$')
  if not digest then return nil end
  return { digest = digest, finish = finish, used = used, rest = rest }
end
local function lives(row, now) return row and (row.finish == '${NULL}' or tonumber(now) < tonumber(row.finish)) end
`

/** Adds a row unless one stands. Arguments: the row, milliseconds that it is kept or `0` for ever. Answers `1`, or `0` where one stands. */
export const ADD: Script = createScript(`
local added
if ARGV[2] == '0' then
  added = redis.call('SET', KEYS[1], ARGV[1], 'NX')
else
  added = redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2], 'NX')
end
return added and '1' or '0'
`)

/** Removes an unexpired row of a digest. Arguments: now, the digest. Answers the last line of the row, or empty text where nothing was removed. */
export const CONSUME: Script = createScript(`${PRELUDE}
local row = open()
if not lives(row, ARGV[1]) or row.digest ~= ARGV[2] then return '' end
redis.call('DEL', KEYS[1])
return row.rest
`)

/** Removes a row. Argument: now. Answers `1` where it had not expired, else `0`, and the last line of the row or empty text. */
export const REVOKE: Script = createScript(`${PRELUDE}
local row = open()
redis.call('DEL', KEYS[1])
return { lives(row, ARGV[1]) and '1' or '0', row and row.rest or '' }
`)

/**
 * Notes a use of an unexpired row. Arguments: now, the time, the last one that it may replace. Answers `1`, or `0` where the
 * row is not there or has expired.
 */
export const TOUCH: Script = createScript(String.raw`${PRELUDE}
local row = open()
if not lives(row, ARGV[1]) then return '0' end
local used = tonumber(row.used)
if not used or (used <= tonumber(ARGV[3]) and used < tonumber(ARGV[2])) then
  redis.call('SET', KEYS[1], '${FORMAT}\n' .. table.concat({ row.digest, row.finish, ARGV[2], row.rest }, '\n'), 'KEEPTTL')
end
return '1'
`)

/**
 * Registers a token with its subject and purpose: in a sorted set of ids, each scored by its expiry. Arguments: the id, the
 * score, the score up to which registrations are of no more use, milliseconds that this one is kept or `0` for ever.
 */
export const REGISTER: Script = createScript(`
local life = redis.call('PTTL', KEYS[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ARGV[3])
redis.call('ZADD', KEYS[1], ARGV[2], ARGV[1])
if ARGV[4] == '0' or life == -1 then
  redis.call('PERSIST', KEYS[1])
else
  redis.call('PEXPIRE', KEYS[1], string.format('%.0f', math.max(life, tonumber(ARGV[4]))))
end
return '1'
`)

/** Answers the registered ids. */
export const LIST: Script = createScript(`return redis.call('ZRANGE', KEYS[1], 0, -1)`)

/** Takes registrations back. Arguments: the ids. */
export const FORGET: Script = createScript(`
redis.call('ZREM', KEYS[1], unpack(ARGV))
return '1'
`)
