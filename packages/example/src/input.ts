/**
 * What the API accepts in request bodies: parsed JSON in, checked values out. Members that are not named here are ignored.
 *
 * @module
 */

import { parseEmail } from './email.ts'
import { isHashable } from './password.ts'

/** Parsed input, or the names of the members that are missing or wrong. */
export type Input<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly fields: readonly string[] }

/** E-mail and password, as they came with a login. */
export interface Credentials {
  /** In canonical form; undefined when it is no e-mail address, and so nobody's. */
  readonly email: string | undefined
  readonly password: string
}

/** A note without its id. */
export interface NoteContent {
  readonly title: string
  readonly text: string
}

const MIN_PASSWORD_LENGTH = 8
const MAX_PASSWORD_LENGTH = 128
const MAX_TITLE_LENGTH = 200
const MAX_TEXT_LENGTH = 20_000

/** Parses a registration: an e-mail address, and a password of 8 to 128 characters (code points in NFC) but NUL. */
export function parseRegistration(body: unknown): Input<{ readonly email: string; readonly password: string }> {
  const email = parseEmail(stringOf(body, 'email') ?? '')
  const password = stringOf(body, 'password')
  const fields = [...(email === undefined ? ['email'] : []), ...(isPassword(password) ? [] : ['password'])]
  return email === undefined || !isPassword(password) ? { ok: false, fields } : { ok: true, value: { email, password } }
}

/** Parses a login: two strings. A string that can be nobody's e-mail or password is a wrong login, not a malformed one. */
export function parseCredentials(body: unknown): Input<Credentials> {
  const email = stringOf(body, 'email')
  const password = stringOf(body, 'password')
  if (email !== undefined && password !== undefined) return { ok: true, value: { email: parseEmail(email), password } }
  return {
    ok: false,
    fields: [...(email === undefined ? ['email'] : []), ...(password === undefined ? ['password'] : [])],
  }
}

/** Parses a refresh or a revocation: the member `name`, a string. Whether it is a token is not judged here. */
export function parseToken(body: unknown, name: 'refresh_token' | 'token'): Input<string> {
  const token = stringOf(body, name)
  return token === undefined ? { ok: false, fields: [name] } : { ok: true, value: token }
}

/** Parses a note: a title of 1 to 200 characters, and a text of at most 20,000, by default empty. Any character but NUL. */
export function parseNote(body: unknown): Input<NoteContent> {
  const title = stringOf(body, 'title')
  const text = memberOf(body, 'text') === undefined ? '' : stringOf(body, 'text')
  const titleFits = title !== undefined && title !== '' && isStorable(title, MAX_TITLE_LENGTH)
  const textFits = text !== undefined && isStorable(text, MAX_TEXT_LENGTH)
  if (titleFits && textFits) return { ok: true, value: { title, text } }
  return { ok: false, fields: [...(titleFits ? [] : ['title']), ...(textFits ? [] : ['text'])] }
}

/** Parses the value of a session key: the member `value`, of any kind. The session itself judges what it can hold. */
export function parseSessionValue(body: unknown): Input<unknown> {
  const value = memberOf(body, 'value')
  return value === undefined ? { ok: false, fields: ['value'] } : { ok: true, value }
}

function memberOf(body: unknown, name: string): unknown {
  if (typeof body !== 'object' || body === null || Array.isArray(body) || !Object.hasOwn(body, name)) return undefined
  return (body as Record<string, unknown>)[name]
}

function stringOf(body: unknown, name: string): string | undefined {
  const value = memberOf(body, name)
  return typeof value === 'string' ? value : undefined
}

function isPassword(password: string | undefined): password is string {
  if (password === undefined || !isHashable(password)) return false
  const { length } = [...password.normalize('NFC')]
  return length >= MIN_PASSWORD_LENGTH && length <= MAX_PASSWORD_LENGTH
}

// A lone surrogate has no UTF-8, and databases differ on NUL: what is stored must come back equal.
function isStorable(text: string, maxLength: number): boolean {
  return text.length <= maxLength && text.isWellFormed() && !text.includes('\0')
}
