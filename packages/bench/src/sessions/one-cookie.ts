/**
 * Finding one cookie among many.
 *
 * @module
 */

import { readCookie } from '@latchkey/core'
import { parseCookie } from 'cookie'
import { measureCase, type Effort, type Subject } from '../measuring.ts'
import type { JudgedCase } from './cookie-cases.ts'

const COOKIES = 30
/** So many different headers are read in turn. */
const HEADERS = 1_000
const NAME = '__Host-session'
const VALUE = '0123456789abcdef0123456789abcdef'

/** A header of so many cookies, with ours in the middle. */
function headerOf(name: string, index: number): string {
  const others = Array.from({ length: COOKIES - 1 }, (_, at) => `cookie${at}=value-${at}`)
  const half = others.length / 2
  return [`first=${index}`, ...others.slice(1, half), `${name}=${VALUE}`, ...others.slice(half)].join('; ')
}

/** The least that finds a value by its name: knows neither names that end alike, nor blanks, nor a second cookie of the name. */
function scan(header: string): string | undefined {
  const at = header.indexOf(`${NAME}=`)
  if (at === -1) return undefined
  const start = at + NAME.length + 1
  const end = header.indexOf(';', start)
  return header.slice(start, end === -1 ? header.length : end)
}

function readOurs(header: string): string | undefined {
  const reading = readCookie(header, NAME)
  return reading.status === 'one' ? reading.value : undefined
}

/** Measures one cookie out of thirty. */
export async function measureOneCookie(effort: Effort): Promise<JudgedCase> {
  // Flat texts, as a parser of HTTP makes them; what making them costs is no part of it.
  const headers = Array.from({ length: HEADERS }, (_, index) => Buffer.from(headerOf(NAME, index)).toString('latin1'))
  const subject = (name: string, role: Subject['role'], read: (header: string) => string | undefined): Subject => ({
    name,
    role,
    run: (index) => read(headers[index % HEADERS] as string),
    check() {
      if (read(headerOf(NAME, 1)) !== VALUE) throw new Error(`${name} does not find the cookie`)
      if (read(headerOf('__Host-other', 1)) !== undefined) throw new Error(`${name} finds a cookie that is not there`)
    },
  })
  const subjects = [
    subject('latchkey', 'ours', readOurs),
    subject('indexOf scan', 'floor', scan),
    subject('cookie', 'peer', (header) => parseCookie(header)[NAME]),
  ]
  return {
    figures: await measureCase({ name: `one cookie of ${COOKIES}`, subjects }, effort),
    goal: { words: '<= 1.5x scan, <= 1/15 cookie', floor: 1.5, peers: { cookie: 1 / 15 } },
  }
}
