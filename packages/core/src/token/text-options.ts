/**
 * Reading options that are text.
 *
 * @module
 */

import { ConfigError } from '../faults.ts'

const MAX_TEXT = 1_024

/**
 * Reads a list of different texts.
 *
 * @throws {ConfigError} For `path`.
 */
export function readTexts(
  path: string,
  values: unknown,
  { min, max }: { min: number; max: number },
): readonly string[] {
  if (!Array.isArray(values) || values.length < min || values.length > max) {
    throw new ConfigError(path, `must be ${min} to ${max} texts`)
  }
  const texts = Array.from(values as readonly unknown[], (value) => readText(path, value))
  if (new Set(texts).size < texts.length) throw new ConfigError(path, 'must not name the same twice')
  return Object.freeze(texts)
}

/**
 * Reads one text: 1 to 1024 well-formed characters without blanks around them.
 *
 * @throws {ConfigError} For `path`.
 */
export function readText(path: string, value: unknown): string {
  if (
    typeof value !== 'string' ||
    value.trim() !== value ||
    value === '' ||
    value.length > MAX_TEXT ||
    !value.isWellFormed()
  ) {
    throw new ConfigError(path, `must be text of 1 to ${MAX_TEXT} characters without blanks around it`)
  }
  return value
}
