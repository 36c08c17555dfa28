/**
 * Reading options: own members only, unknown ones refused.
 *
 * @module
 */

import { ConfigError } from '@latchkey/core'

/**
 * Copies an options object, so that a later change by the caller changes nothing, and a polluted `Object.prototype` is
 * never read. A member whose value is undefined counts as left out.
 *
 * @throws {ConfigError} When it is no plain object, or has a member that is not in `names`.
 */
export function readOptions<Name extends string>(
  path: string,
  options: unknown,
  names: readonly Name[],
): { readonly [N in Name]?: unknown } {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new ConfigError(path, 'must be an object')
  }
  const known: ReadonlySet<string> = new Set(names)
  const copy = Object.create(null) as { [N in Name]?: unknown }
  for (const [name, value] of Object.entries(options as Record<string, unknown>)) {
    if (!known.has(name)) throw new ConfigError(`${path}.${name}`, 'is not known')
    if (value !== undefined) copy[name as Name] = value
  }
  return Object.freeze(copy)
}

/**
 * Reads a whole number.
 *
 * @param range `fallback` is what a left-out member means; without it, the member is required.
 * @throws {ConfigError} When it is no whole number from `min` to `max`.
 */
export function readInteger(
  path: string,
  value: unknown,
  { min, max, fallback }: { readonly min: number; readonly max: number; readonly fallback?: number },
): number {
  if (value === undefined && fallback !== undefined) return fallback
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < min || value > max) {
    throw new ConfigError(path, `must be a whole number from ${min} to ${max}`)
  }
  return value
}

/**
 * Reads a member that is one of a few words.
 *
 * @param fallback What a left-out member means; without it, the member is required.
 * @throws {ConfigError} When it is none of them.
 */
export function readChoice<Choice extends string>(
  path: string,
  value: unknown,
  choices: readonly Choice[],
  fallback?: Choice,
): Choice {
  const choice = choices.find((candidate) => candidate === (value === undefined ? fallback : value))
  if (choice === undefined) throw new ConfigError(path, `must be one of ${choices.join(', ')}`)
  return choice
}

/**
 * Checks that a member is a function.
 *
 * @throws {ConfigError} When it is not.
 */
export function checkFunction(path: string, value: unknown): void {
  if (typeof value !== 'function') throw new ConfigError(path, 'must be a function')
}
