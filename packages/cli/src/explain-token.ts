/**
 * What a token says, without its key.
 *
 * @module
 */

const CREDENTIAL = /^lk([sr])_([0-9a-f]{32})\.(\d{1,10})\.[A-Za-z0-9_-]{43}$/
const COMPACT = /^([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]*)\.[A-Za-z0-9_-]*$/
const DATES = new Set(['exp', 'iat', 'nbf', 'auth_time'])
const UNITS = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
] as const

/**
 * Explains a signed token in the compact form, or a credential of a session. The signature, and the secret of a credential, are
 * neither checked nor shown.
 *
 * @param now Epoch milliseconds.
 * @returns Lines of text; undefined for anything else. What comes from the token is written as JSON, so that it cannot move a cursor.
 */
export function explainToken(token: string, now: number): string | undefined {
  const [, kind, id, generation] = CREDENTIAL.exec(token) ?? []
  if (kind !== undefined) {
    const name = kind === 's' ? 'session cookie' : 'refresh token'
    return lines(
      `A ${name} of Latchkey.`,
      [`session     ${id}`, `generation  ${generation}`],
      'Its secret was not checked.',
    )
  }
  const [, head = '', body = ''] = COMPACT.exec(token) ?? []
  const header = parseObject(head)
  const claims = parseObject(body)
  if (header === undefined || claims === undefined) return undefined
  return lines(
    'Header',
    describe(header, () => ''),
    'Claims',
    describe(claims, (name, value) => describeDate(name, value, now)),
    'The signature was not checked: anybody can have written this.',
  )
}

function lines(...parts: readonly (string | readonly string[])[]): string {
  return parts
    .flatMap((part) => (typeof part === 'string' ? [part] : part.map((line) => `  ${line}`)))
    .map((line) => `${line}\n`)
    .join('')
}

function parseObject(segment: string): Record<string, unknown> | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(segment, 'base64url'))
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined
  } catch {
    return undefined
  }
}

function describe(
  object: Readonly<Record<string, unknown>>,
  comment: (name: string, value: unknown) => string,
): readonly string[] {
  return Object.entries(object).map(([name, value]) => `${quote(name)}: ${quote(value)}${comment(name, value)}`)
}

/** JSON in ASCII, so that no character of a token reaches the terminal as it is. */
function quote(value: unknown): string {
  return JSON.stringify(value).replaceAll(
    /[^ -~]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

function describeDate(name: string, value: unknown, now: number): string {
  if (!DATES.has(name) || typeof value !== 'number' || !(Math.abs(value) <= 8.64e12)) return ''
  const seconds = Math.round((value * 1_000 - now) / 1_000)
  const [unit, size] = UNITS.find(([, length]) => Math.abs(seconds) >= length) ?? ['second', 1]
  const count = Math.round(Math.abs(seconds) / size)
  const distance = `${count} ${unit}${count === 1 ? '' : 's'}`
  return `  ${new Date(value * 1_000).toISOString()}, ${seconds < 0 ? `${distance} ago` : `in ${distance}`}`
}
