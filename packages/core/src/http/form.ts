/**
 * The parameters in a request's body: JSON, or the form encoding that OAuth has them in.
 *
 * @module
 */

import { isPlainObject } from '../json.ts'

/** The parameters of a body, by name. A value is whatever was sent; `parameterOf` judges it. */
export type FormParameters = ReadonlyMap<string, unknown>

/** One parameter. `malformed`: it is no text, or was sent more than once. */
export type FormParameter =
  | { readonly status: 'none' | 'malformed' }
  | { readonly status: 'one'; readonly value: string }

/** The most of a body that is looked at, in UTF-16 code units. */
const MAX_LENGTH = 65_536
const FORM = /^application\/x-www-form-urlencoded[ \t]*(?:;|$)/i
const JSON_TYPE = /^application\/json[ \t]*(?:;|$)/i

/**
 * Reads the parameters of a body.
 *
 * @param body As the framework parsed it, or its text. Anything may be given.
 * @param contentType By which text is read: `application/x-www-form-urlencoded` or `application/json`.
 * @returns Undefined for what is neither, is broken, or is over 65,536 characters. Nothing is thrown.
 */
export function parseForm(body: unknown, contentType: string | null): FormParameters | undefined {
  if (typeof body === 'string') return parseText(body, contentType ?? '')
  return isPlainObject(body) ? new Map(Object.entries(body)) : undefined
}

/**
 * Gives one parameter. One without a value counts as left out, and none may be sent twice (RFC 6749 section 3.2), which frameworks
 * show as a list.
 */
export function parameterOf(form: FormParameters, name: string): FormParameter {
  const value = form.get(name)
  if (value === undefined || value === '') return { status: 'none' }
  return typeof value === 'string' ? { status: 'one', value } : { status: 'malformed' }
}

function parseText(text: string, contentType: string): FormParameters | undefined {
  if (text.length > MAX_LENGTH) return undefined
  if (FORM.test(contentType)) {
    const form = new Map<string, unknown>()
    for (const [name, value] of new URLSearchParams(text))
      form.set(name, form.has(name) ? [form.get(name), value] : value)
    return form
  }
  if (!JSON_TYPE.test(contentType)) return undefined
  try {
    const value: unknown = JSON.parse(text)
    return isPlainObject(value) ? new Map(Object.entries(value)) : undefined
  } catch {
    return undefined
  }
}
