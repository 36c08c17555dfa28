/**
 * Answers that this library gives itself, as JSON.
 *
 * @module
 */

import type { ServerResponse } from 'node:http'
import { createFaultResponse } from '@latchkey/core'

/** What a handler may have set for the body that it meant to send. */
const OF_THE_BODY = ['content-encoding', 'content-length', 'etag', 'last-modified', 'transfer-encoding']

/**
 * Sends an answer, such as a denial, in place of whatever the handler had in mind: the status, the headers (names in
 * lower case), and the body as JSON. Cookies go out with it, and headers that were set before, such as those of CORS.
 */
export function sendJson(
  response: ServerResponse,
  { status, headers, body }: { status: number; headers: Readonly<Record<string, string>>; body: object },
): void {
  for (const name of OF_THE_BODY) response.removeHeader(name)
  response.writeHead(status, { ...headers, 'content-type': 'application/json' }).end(JSON.stringify(body))
}

/**
 * Answers a `SessionConflictError` with 409 and an `UnavailableError` with 503.
 *
 * @param error Whatever was thrown.
 * @returns False, and nothing is sent, for any other error, and once the headers are gone.
 */
export function sendFault(response: ServerResponse, error: unknown): boolean {
  const answer = createFaultResponse(error)
  if (answer === undefined || response.headersSent) return false
  sendJson(response, answer)
  return true
}
