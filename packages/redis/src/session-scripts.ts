/**
 * The scripts that work on the row of one session. Each has one key, `KEYS[1]`.
 *
 * @module
 */

import { createScript, type Script } from './client.ts'
import { CLOCK_MARGIN } from './expiry.ts'
import { FIRST_LINE, INFO_LINE_COUNT, LINE_COUNT, lineOf, STATE_LINE, type RowField } from './row.ts'

const line = (field: RowField): string => `row[${lineOf(field)}]`
const STATE = `row[${STATE_LINE}]`

/** All lines in one match, which is cheaper than one by one. Lua has at most 32 captures. */
const ROW_PATTERN = `^${Array.from({ length: LINE_COUNT }, () => String.raw`([^\n]+)`).join(String.raw`\n`)}$`

/** Lines come and go as they are; only times are read as numbers, and doubles are exact for them. */
const PRELUDE = String.raw`
local function open()
  local value = redis.call('GET', KEYS[1])
  if not value then return nil end
  local row = { string.match(value, '${ROW_PATTERN}') }
  if row[1] ~= '${FIRST_LINE}' or #row ~= ${LINE_COUNT} then return nil end
  return row
end
local function number(line) return tonumber(string.sub(line, 2)) end
local function text(line) return string.sub(line, 2) end
local function finish(row) return math.min(number(${line('idleExpiresAt')}), number(${line('absoluteExpiresAt')})) end
local function lives(row, now) return row and ${STATE} == ',"live"' and now < finish(row) end
local function keep(row) redis.call('SET', KEYS[1], table.concat(row, '\n'), 'KEEPTTL') end
local function renew(row, now)
  local life = math.max(finish(row) - now, 0) + ${CLOCK_MARGIN}
  redis.call('SET', KEYS[1], table.concat(row, '\n'), 'PX', string.format('%.0f', life))
end
`

function script(body: string): Script {
  return createScript(`${PRELUDE}${body}`)
}

/** Adds a row unless one stands. Arguments: the row, milliseconds. Answers `1`, or `0` where one stands. */
export const ADD: Script = createScript(`
if redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2], 'NX') then return '1' end
return '0'
`)

/** Makes a pending row live; any other stays as it is, so that this may be sent twice. Answers `1`, or `0` where none stands. */
export const ACTIVATE: Script = script(`
local row = open()
if not row then return '0' end
if ${STATE} == ',"pending"' then
  ${STATE} = ',"live"'
  keep(row)
end
return '1'
`)

/**
 * Changes lines of a live row. Arguments: now, the version it must have, the next one, then pairs of a line's number
 * and its JSON. Answers `ok`, `gone` or `conflict`.
 */
export const UPDATE: Script = script(`
local now = tonumber(ARGV[1])
local row = open()
if not lives(row, now) then return 'gone' end
if text(${line('version')}) ~= ARGV[2] then return 'conflict' end
${line('version')} = ',' .. ARGV[3]
for i = 4, #ARGV, 2 do row[tonumber(ARGV[i])] = ',' .. ARGV[i + 1] end
renew(row, now)
return 'ok'
`)

/**
 * Moves the times of a live row on. Arguments: now, lastSeenAt, idleExpiresAt. Answers the row's subject as JSON, its
 * epoch and absolute expiry; nothing where it is not alive.
 */
export const TOUCH: Script = script(`
local now = tonumber(ARGV[1])
local row = open()
if not lives(row, now) then return {} end
local idle = ',' .. ARGV[3]
if number(idle) > number(${line('absoluteExpiresAt')}) then idle = ${line('absoluteExpiresAt')} end
local seenLater = tonumber(ARGV[2]) > number(${line('lastSeenAt')})
local idleLater = number(idle) > number(${line('idleExpiresAt')})
if seenLater then ${line('lastSeenAt')} = ',' .. ARGV[2] end
if idleLater then ${line('idleExpiresAt')} = idle end
if seenLater or idleLater then renew(row, now) end
return { text(${line('subject')}), text(${line('epoch')}), text(${line('absoluteExpiresAt')}) }
`)

/**
 * Removes a row. Argument: now. Answers what it was, `live`, `ended`, or else `dead` (pending, expired or absent), and
 * its subject as JSON.
 */
export const REMOVE: Script = script(`
local row = open()
redis.call('DEL', KEYS[1])
if not row then return { 'dead', 'null' } end
local was = 'dead'
if tonumber(ARGV[1]) < finish(row) then
  if ${STATE} == ',"live"' then was = 'live' end
  if ${STATE} == ',"ended"' then was = 'ended' end
end
return { was, text(${line('subject')}) }
`)

/** Makes a live row an ended one, and removes a pending one. */
export const END: Script = script(`
local row = open()
if not row then return '0' end
if ${STATE} == ',"pending"' then redis.call('DEL', KEYS[1]) end
if ${STATE} == ',"live"' then
  ${STATE} = ',"ended"'
  keep(row)
end
return '1'
`)

/** Moves the epoch of a live row up. Arguments: now, the epoch. What has expired meanwhile is removed. */
export const RAISE: Script = script(`
local row = open()
if not row or ${STATE} ~= ',"live"' then return '0' end
if tonumber(ARGV[1]) >= finish(row) then
  redis.call('DEL', KEYS[1])
elseif number(${line('epoch')}) < tonumber(ARGV[2]) then
  ${line('epoch')} = ',' .. ARGV[2]
  keep(row)
end
return '1'
`)

/** Answers the lines of a row that a device list may know, as an array; empty text for what is no row of this format; a lone `-` where nothing stands. */
export const PEEK: Script = script(`
local row = open()
if row then return table.concat(row, '', 1, ${INFO_LINE_COUNT}) .. ']' end
if redis.call('EXISTS', KEYS[1]) == 1 then return '' end
return '-'
`)
