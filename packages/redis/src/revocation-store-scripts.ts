/**
 * How revocations stand in Redis, and the scripts that work on them.
 *
 * What judges stands under each subject, in one slot: for each revocation a key that holds its `until`, and one key for the cut-off,
 * three words of text: epoch, floor, and the exception's id or nothing. What copies learn from stands in one other slot, in three sorted
 * sets: revocations by when they were written, revocations by their `until`, and cut-offs by when they were written.
 *
 * @module
 */

import type { Revocation, SubjectCutOff } from '@latchkey/core'
import { createScript, type Script } from './client.ts'

/** Answers the values of all keys, empty text for what does not stand. */
export const LOOK: Script = createScript(`
local found = redis.call('MGET', unpack(KEYS))
for i = 1, #KEYS do found[i] = found[i] or '' end
return found
`)

/**
 * Revokes, for as long as any call has said. Key: the revocation. Arguments: until, milliseconds that it is kept at least. Answers
 * `1`, or `0` where it was revoked before.
 */
export const REVOKE: Script = createScript(`
local before = redis.call('GET', KEYS[1])
local finish, life = tonumber(ARGV[1]), tonumber(ARGV[2])
if before then
  finish = math.max(finish, tonumber(before) or 0)
  life = math.max(life, redis.call('PTTL', KEYS[1]))
end
redis.call('SET', KEYS[1], string.format('%.0f', finish), 'PX', string.format('%.0f', life))
return before and '0' or '1'
`)

/**
 * Raises the epoch. Key: the cut-off. Arguments: the least that the epoch becomes, the exception's id or nothing, milliseconds that it
 * is kept. Answers the cut-off as it was, or empty text, and as it is now.
 */
export const CUT_OFF: Script = createScript(`
local before = redis.call('GET', KEYS[1]) or ''
local epoch, floor, spared = string.match(before, '^(%d+) (%d+) (.*)$')
epoch = tonumber(epoch or '0')
if not (spared and spared ~= '' and spared == ARGV[2]) then floor = string.format('%.0f', epoch) end
local raised = string.format('%.0f', math.max(epoch + 1, tonumber(ARGV[1])))
local after = raised .. ' ' .. floor .. ' ' .. ARGV[2]
redis.call('SET', KEYS[1], after, 'PX', ARGV[3])
return { before, after }
`)

/** Notes a time unless a later one is noted, and takes care that the set is kept for long enough. */
const NOTE = `
local function note(key, member, time, life)
  local before = redis.call('ZSCORE', key, member)
  if not before or tonumber(before) < tonumber(time) then redis.call('ZADD', key, time, member) end
  if redis.call('PTTL', key) < tonumber(life) then redis.call('PEXPIRE', key, life) end
end
`

/**
 * Notes a revocation for copies, and clears away some that may be forgotten. Keys: by when they were written, by their `until`.
 * Arguments: the revocation, now, its `until`, milliseconds that it is kept, the `until` up to which they may be forgotten.
 */
export const NOTE_REVOCATION: Script = createScript(`${NOTE}
note(KEYS[1], ARGV[1], ARGV[2], ARGV[4])
note(KEYS[2], ARGV[1], ARGV[3], ARGV[4])
local outdated = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', ARGV[5], 'LIMIT', 0, 100)
if #outdated > 0 then
  redis.call('ZREM', KEYS[1], unpack(outdated))
  redis.call('ZREM', KEYS[2], unpack(outdated))
end
return '1'
`)

/**
 * Notes a cut-off for copies in the place of the one before, and clears away those that are too old. Key: by when they were written.
 * Arguments: the cut-off, now, milliseconds that it is kept, the time up to which they are too old, the cut-off before or empty text.
 */
export const NOTE_CUT_OFF: Script = createScript(`${NOTE}
local time = ARGV[2]
if ARGV[5] ~= '' then
  local before = redis.call('ZSCORE', KEYS[1], ARGV[5])
  if before and tonumber(before) > tonumber(time) then time = before end
  redis.call('ZREM', KEYS[1], ARGV[5])
end
note(KEYS[1], ARGV[1], time, ARGV[3])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ARGV[4])
return '1'
`)

/**
 * Answers what was written since a time. Keys: all three sorted sets. Argument: the time. Answers the revocations, the `until` of each,
 * and the cut-offs.
 */
export const CHANGES: Script = createScript(`
local revoked = redis.call('ZRANGEBYSCORE', KEYS[1], ARGV[1], '+inf')
local finishes = {}
for i, member in ipairs(revoked) do
  finishes[i] = string.format('%.0f', tonumber(redis.call('ZSCORE', KEYS[2], member) or '0'))
end
return { revoked, finishes, redis.call('ZRANGEBYSCORE', KEYS[3], ARGV[1], '+inf') }
`)

/** Writes a revocation as copies learn of it. */
export function encodeRevocation({ id, subject }: Pick<Revocation, 'id' | 'subject'>): string {
  return JSON.stringify([id, subject])
}

/** Reads a revocation and its `until`. Empty for what nobody can have written. */
export function decodeRevocation(member: string, until: string | undefined): readonly Revocation[] {
  const [id, subject] = parseList(member)
  if (typeof id !== 'string' || (subject !== null && typeof subject !== 'string')) return []
  return [{ id, subject, until: Number(until) }]
}

/** Writes a cut-off as copies learn of it: its subject, and the text that judges. */
export function encodeCutOff(subject: string, text: string): string {
  return JSON.stringify([subject, text])
}

/** Reads a cut-off. Empty for what nobody can have written. */
export function decodeCutOff(member: string): readonly SubjectCutOff[] {
  const [subject, text] = parseList(member)
  if (typeof subject !== 'string' || typeof text !== 'string') return []
  const cutOff = parseCutOff(subject, text)
  return cutOff === undefined ? [] : [cutOff]
}

/** Reads the text that judges; undefined for what nobody can have written. */
export function parseCutOff(subject: string, text: string): SubjectCutOff | undefined {
  const [, epoch, floor, spared] = /^(\d+) (\d+) (.*)$/s.exec(text) ?? []
  if (epoch === undefined || floor === undefined) return undefined
  return {
    subject,
    epoch: Number(epoch),
    spared: spared === undefined || spared === '' ? null : spared,
    floor: Number(floor),
  }
}

function parseList(member: string): readonly unknown[] {
  try {
    const value: unknown = JSON.parse(member)
    return Array.isArray(value) ? value : []
  } catch {
    return []
  }
}
