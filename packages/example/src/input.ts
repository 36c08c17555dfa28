/**
 * What the API accepts in request bodies: parsed JSON in, checked values out. Members that are not named here are ignored.
 *
 * @module
 */

import { parseEmail } from './email.ts'
import { KEY_SCOPES } from './scopes.ts'

/** Parsed input, or the names of the members that are missing or wrong. */
export type Input<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly fields: readonly string[] }

/** E-mail address and password, as they came with a login. */
export interface Credentials {
  readonly email: unknown
  readonly password: unknown
}

/** A note without its id. */
export interface NoteContent {
  readonly title: string
  readonly text: string
}

const MAX_TITLE_LENGTH = 200
const MAX_TEXT_LENGTH = 20_000
const MAX_LABEL_LENGTH = 100
const MAX_LIFETIME = 400 * 86_400
const CONTROL = /\p{Cc}/u

/** Parses a registration: an e-mail address and a password, which `checkNewPassword` judges. */
export function parseRegistration(body: unknown): Input<{ readonly email: string; readonly password: string }> {
  const email = parseEmail(stringOf(body, 'email') ?? '')
  const password = stringOf(body, 'password')
  if (email !== undefined && password !== undefined) return { ok: true, value: { email, password } }
  return missing({ email, password })
}

/** Reads a login. What it holds is judged by the login itself, so that every refusal costs the same. */
export function readCredentials(body: unknown): Credentials {
  return { email: memberOf(body, 'email'), password: memberOf(body, 'password') }
}

/** Reads whether a login is to outlive the browser: true, false, or undefined where nothing is said of it. */
export function readRemember(body: unknown): boolean | undefined | 'malformed' {
  const remember = memberOf(body, 'remember')
  return remember === undefined || typeof remember === 'boolean' ? remember : 'malformed'
}

/** Parses the change of a password: two strings, `current` and `new`. */
export function parsePasswordChange(body: unknown): Input<{ readonly current: string; readonly next: string }> {
  const current = stringOf(body, 'current')
  const next = stringOf(body, 'new')
  if (current !== undefined && next !== undefined) return { ok: true, value: { current, next } }
  return missing({ current, new: next })
}

/** Parses the request for a new password: `email`, a string. Whether it is an address, and whose, is not told. */
export function parseForgotten(body: unknown): Input<string> {
  const email = stringOf(body, 'email')
  return email === undefined ? missing({ email }) : { ok: true, value: email }
}

/** Parses the setting of a new password: two strings, `token` and `password`. */
export function parsePasswordReset(body: unknown): Input<{ readonly token: string; readonly password: string }> {
  const token = stringOf(body, 'token')
  const password = stringOf(body, 'password')
  if (token !== undefined && password !== undefined) return { ok: true, value: { token, password } }
  return missing({ token, password })
}

/** What an API key is made with. */
export interface KeyInput {
  readonly label: string
  readonly scopes: readonly string[]
  /** Seconds; null: until it is revoked. */
  readonly lifetime: number | null
}

/**
 * Parses an API key to be made: a `label` of 1 to 100 characters, `scopes` of which it has at least one, and `expires_in` in seconds, up
 * to 400 days, by default null: it has no end.
 */
export function parseApiKey(body: unknown): Input<KeyInput> {
  const label = stringOf(body, 'label')?.trim()
  const scopes = memberOf(body, 'scopes')
  const lifetime = memberOf(body, 'expires_in') ?? null
  const labelFits = label !== undefined && label !== '' && isStorable(label, MAX_LABEL_LENGTH) && !CONTROL.test(label)
  const scopesFit = Array.isArray(scopes) && scopes.length > 0 && scopes.every(isKeyScope)
  const lifetimeFits = lifetime === null || (Number.isSafeInteger(lifetime) && isWithin(Number(lifetime), MAX_LIFETIME))
  if (labelFits && scopesFit && lifetimeFits) {
    return {
      ok: true,
      value: { label, scopes: [...new Set(scopes)], lifetime: lifetime === null ? null : Number(lifetime) },
    }
  }
  const fits = { label: labelFits, scopes: scopesFit, expires_in: lifetimeFits }
  return { ok: false, fields: Object.entries(fits).flatMap(([name, isGood]) => (isGood ? [] : [name])) }
}

/** Parses a step-up: the password, a string. Whether it is right is not judged here. */
export function parseStepUp(body: unknown): Input<{ readonly password: string }> {
  const password = stringOf(body, 'password')
  return password === undefined ? { ok: false, fields: ['password'] } : { ok: true, value: { password } }
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

function missing(members: Readonly<Record<string, string | undefined>>): Input<never> {
  return { ok: false, fields: Object.keys(members).filter((name) => members[name] === undefined) }
}

function isKeyScope(scope: unknown): scope is string {
  return KEY_SCOPES.some((each) => each === scope)
}

function isWithin(value: number, most: number): boolean {
  return value >= 1 && value <= most
}

// A lone surrogate has no UTF-8, and databases differ on NUL: what is stored must come back equal.
function isStorable(text: string, maxLength: number): boolean {
  return text.length <= maxLength && text.isWellFormed() && !text.includes('\0')
}
