/**
 * Lengths of time in options: a number of seconds, or text such as `15m`.
 *
 * @module
 */

import { ConfigError } from './faults.ts'

/** A length of time: seconds as a positive number, or a whole number with a unit: `90s`, `15m`, `12h`, `30d`. */
export type Duration = number | `${number}${'s' | 'm' | 'h' | 'd'}`

/** The longest duration that any option takes: 400 days, the longest life of a cookie (RFC 6265bis section 5.5). */
export const MAX_DURATION: number = 400 * 86_400_000

const GRAMMAR = /^([1-9]\d{0,8})([smhd])$/
const UNITS: ReadonlyMap<string, number> = new Map([
  ['s', 1_000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
])

/**
 * Converts a duration to whole milliseconds.
 *
 * @param option The option's path, for the error.
 * @param duration From `min` to `max` milliseconds; by default more than zero and at most 400 days.
 * @throws {ConfigError} When it is neither a finite number nor text of the grammar, or out of range.
 */
export function parseDuration(
  option: string,
  duration: unknown,
  { min = 1, max = MAX_DURATION }: { readonly min?: number; readonly max?: number } = {},
): number {
  const milliseconds = toMilliseconds(duration)
  if (milliseconds === undefined) {
    throw new ConfigError(option, 'must be a number of seconds or text such as "15m" (units: s, m, h, d)')
  }
  if (milliseconds < min) throw new ConfigError(option, min > 0 ? 'must be more than zero' : 'must not be negative')
  if (milliseconds > max) throw new ConfigError(option, `must be at most ${max / 1_000} seconds`)
  return milliseconds
}

function toMilliseconds(duration: unknown): number | undefined {
  if (typeof duration === 'number') return Number.isFinite(duration) ? Math.round(duration * 1_000) : undefined
  if (typeof duration !== 'string') return undefined
  const [, count, unit] = GRAMMAR.exec(duration) ?? []
  const factor = unit === undefined ? undefined : UNITS.get(unit)
  return factor === undefined ? undefined : Number(count) * factor
}
