/**
 * Reading options: own members only, unknown ones refused.
 *
 * @module
 */

import { ConfigError } from './faults.ts'
import { isPlainObject } from './json.ts'
import type { Runtime } from './ports.ts'
import { systemRuntime } from './runtime.ts'

/**
 * Copies an options object, so that a later change by the caller changes nothing, and a polluted `Object.prototype` is
 * never read. A member whose value is undefined counts as left out.
 *
 * @param path Where the object stands in the configuration; empty for its root.
 * @param names Every member there is.
 * @param root What the root is called. Default `options`.
 * @throws {ConfigError} When it is no plain object, or has a member that is not in `names`.
 */
export function readOptions<Name extends string>(
  path: string,
  options: unknown,
  names: readonly Name[],
  root: string = 'options',
): { readonly [N in Name]?: unknown } {
  if (!isPlainObject(options)) throw new ConfigError(path || root, 'must be a plain object')
  const known: ReadonlySet<string> = new Set(names)
  const copy = Object.create(null) as { [N in Name]?: unknown }
  for (const [name, value] of Object.entries(options)) {
    if (!known.has(name)) throw new ConfigError(path ? `${path}.${name}` : name, 'is not known')
    if (value !== undefined) copy[name as Name] = value
  }
  return Object.freeze(copy)
}

/**
 * Reads a boolean member.
 *
 * @throws {ConfigError} When it is neither a boolean nor left out.
 */
export function readBoolean(path: string, value: unknown, fallback: boolean): boolean {
  if (value === undefined) return fallback
  if (typeof value !== 'boolean') throw new ConfigError(path, 'must be true or false')
  return value
}

/**
 * Reads a member that is one of a few words.
 *
 * @throws {ConfigError} When it is neither one of them nor left out.
 */
export function readChoice<Choice extends string>(
  path: string,
  value: unknown,
  choices: readonly Choice[],
  fallback: Choice,
): Choice {
  if (value === undefined) return fallback
  const choice = choices.find((candidate) => candidate === value)
  if (choice === undefined) throw new ConfigError(path, `must be one of ${choices.join(', ')}`)
  return choice
}

/** Tells whether a value has functions of these names, own or inherited, and so may implement an interface. */
export function isPort<Port extends object>(value: unknown, ...names: readonly (keyof Port & string)[]): value is Port {
  if (typeof value !== 'object' || value === null) return false
  return names.every((name) => typeof (value as { readonly [member: string]: unknown })[name] === 'function')
}

/**
 * Reads the option `runtime`. Default: the platform's.
 *
 * @throws {ConfigError} `runtime`
 */
export function readRuntime(value: unknown = systemRuntime): Runtime {
  if (isPort<Runtime>(value, 'now', 'randomBytes', 'startTimer')) return value
  throw new ConfigError('runtime', 'must have the functions "now", "randomBytes" and "startTimer"')
}
