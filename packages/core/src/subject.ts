/**
 * What may name a subject.
 *
 * @module
 */

import { UsageError } from './faults.ts'

const CONTROL = /[\u0000-\u001f\u007f-\u009f]/

/** Tells whether a value can be a subject: 1 to 255 well-formed characters, no control characters, not only blanks. */
export function isSubject(value: unknown): value is string {
  return (
    typeof value === 'string' &&
    value.length <= 255 &&
    value.trim() !== '' &&
    value.isWellFormed() &&
    !CONTROL.test(value)
  )
}

/**
 * Checks a subject that the application gave.
 *
 * @throws {UsageError} `argument`
 */
export function checkSubject(value: unknown): string {
  if (!isSubject(value))
    throw new UsageError('argument', 'A subject is text of 1 to 255 characters without control characters')
  return value
}
