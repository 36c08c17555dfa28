/**
 * The scripts that work on what is kept of one subject. Each has three keys, which share a slot:
 *
 * - `KEYS[1]`: the epoch, as text.
 * - `KEYS[2]`: the sessions: a sorted set of ids, each scored by its absolute expiry.
 * - `KEYS[3]`: the sessions that are cut off and whose rows may still stand, likewise. Absent but while a cut-off runs,
 *   or after one that broke off.
 *
 * @module
 */

import { MAX_DURATION } from '@latchkey/core'
import { createScript, type Script } from './client.ts'

/**
 * Registers a session, unless it is cut off. What is registered stays so. Arguments: the id, its epoch, its absolute
 * expiry, the time before which registrations are of no more use, milliseconds that this one is kept at least.
 * Answers `added`, `known` or `cut_off`, and the ids whose rows are still to be ended.
 */
export const REGISTER: Script = createScript(`
if redis.call('ZSCORE', KEYS[3], ARGV[1]) then return { 'cut_off', {} } end
local outcome = 'known'
if not redis.call('ZSCORE', KEYS[2], ARGV[1]) then
  if tonumber(ARGV[2]) < tonumber(redis.call('GET', KEYS[1]) or '0') then return { 'cut_off', {} } end
  redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', ARGV[4])
  redis.call('ZADD', KEYS[2], ARGV[3], ARGV[1])
  if redis.call('PTTL', KEYS[2]) < tonumber(ARGV[5]) then redis.call('PEXPIRE', KEYS[2], ARGV[5]) end
  outcome = 'added'
end
return { outcome, redis.call('ZRANGE', KEYS[3], 0, -1) }
`)

/** Answers the ids that are registered, and those whose rows are still to be ended. */
export const LIST: Script = createScript(`
return { redis.call('ZRANGE', KEYS[2], 0, -1), redis.call('ZRANGE', KEYS[3], 0, -1) }
`)

/**
 * Raises the epoch, and moves all ids but a spared one from the sessions to those that are cut off. Arguments: now, the
 * id to spare or empty text, milliseconds that the epoch is kept. Answers the epoch, `spared` or `none`, and the ids
 * that are cut off, also by calls before.
 */
export const CUT_OFF: Script = createScript(`
local epoch = math.max(tonumber(redis.call('GET', KEYS[1]) or '0') + 1, tonumber(ARGV[1]))
local text = string.format('%.0f', epoch)
redis.call('SET', KEYS[1], text, 'PX', ARGV[3])
local spared = redis.call('ZSCORE', KEYS[2], ARGV[2])
local life = redis.call('PTTL', KEYS[2])
if life ~= -2 then
  local longer = math.max(life, redis.call('PTTL', KEYS[3]))
  redis.call('ZUNIONSTORE', KEYS[3], 2, KEYS[3], KEYS[2], 'AGGREGATE', 'MAX')
  redis.call('DEL', KEYS[2])
  if spared then
    redis.call('ZREM', KEYS[3], ARGV[2])
    redis.call('ZADD', KEYS[2], spared, ARGV[2])
    if life > 0 then redis.call('PEXPIRE', KEYS[2], life) end
  end
  if longer > 0 then redis.call('PEXPIRE', KEYS[3], longer) end
end
return { text, spared and 'spared' or 'none', redis.call('ZRANGE', KEYS[3], 0, -1) }
`)

/** Takes ids out of both sets. Arguments: the ids. */
export const FORGET: Script = createScript(`
redis.call('ZREM', KEYS[2], unpack(ARGV))
redis.call('ZREM', KEYS[3], unpack(ARGV))
return '1'
`)

/** Milliseconds that an epoch is kept after it was raised: no login that read the one before takes longer. */
export const EPOCH_LIFE: number = MAX_DURATION
