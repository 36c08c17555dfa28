/**
 * A client that sends header lines as they are given: repeated ones, and in any case.
 *
 * @module
 */

import { request } from 'node:http'

/** Header fields by name. A list is sent as one line each. */
export type HeaderLines = Readonly<Record<string, string | readonly string[]>>

/** What else a request may have. */
export interface SendOptions {
  /** Default: none. */
  readonly body?: string
  /** Runs when the response's headers have arrived, and its body maybe not. */
  readonly onHeaders?: () => void
}

/** A response, read to its end. */
export interface Answer {
  readonly status: number
  /** A field's lines joined with `, `; undefined when there is none. */
  header(name: string): string | undefined
  /** The `Set-Cookie` lines, in order. */
  readonly setCookies: readonly string[]
  readonly text: string
  /** The body read as JSON. */
  json(): unknown
}

/**
 * Sends a request over a connection of its own.
 *
 * @param origin Such as `http://127.0.0.1:8080`.
 * @param line Method and target, such as `GET /me`. The target is sent as it stands.
 * @throws The socket's error, also when the server breaks the response off.
 */
export async function sendRequest(
  origin: string,
  line: string,
  headers: HeaderLines = {},
  { body = '', onHeaders }: SendOptions = {},
): Promise<Answer> {
  const [method = '', path = ''] = line.split(' ')
  const { hostname, port, host } = new URL(origin)
  const lines = Object.entries({ Host: host, ...headers }).flatMap(([name, values]) =>
    [values].flat().flatMap((value) => [name, value]),
  )
  if (method !== 'GET' && method !== 'HEAD') lines.push('Content-Length', String(Buffer.byteLength(body)))
  return new Promise((resolve, reject) => {
    const outgoing = request({ hostname, port, method, path, headers: lines, agent: false }, (response) => {
      onHeaders?.()
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () => {
        resolve(toAnswer(response.statusCode ?? 0, response.rawHeaders, Buffer.concat(chunks).toString()))
      })
    })
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

function toAnswer(status: number, rawHeaders: readonly string[], text: string): Answer {
  const linesOf = (name: string): string[] =>
    rawHeaders.filter((_, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === name)
  return {
    status,
    header: (name) => (linesOf(name).length === 0 ? undefined : linesOf(name).join(', ')),
    setCookies: linesOf('set-cookie'),
    text,
    json: () => JSON.parse(text) as unknown,
  }
}
