/**
 * Answers that this library gives itself, as JSON.
 *
 * @module
 */

import type { ServerResponse } from 'node:http'
import { createFaultResponse, type HandlerAnswer } from '@latchkey/core'

/** What a handler may have set for the body that it meant to send. */
const OF_THE_BODY = ['content-encoding', 'content-length', 'etag', 'last-modified', 'transfer-encoding']

/**
 * Sends an answer, such as a denial, in place of whatever the handler had in mind: the status, the headers (names in
 * lower case), and the body as JSON, where there is one. Cookies go out with it, and headers that were set before, such as those of CORS.
 */
export function sendJson(response: ServerResponse, { status, headers, body }: HandlerAnswer): void {
  for (const name of OF_THE_BODY) response.removeHeader(name)
  const type = body && { 'content-type': 'application/json' }
  response.writeHead(status, { ...type, ...headers }).end(body && JSON.stringify(body))
}

/**
 * Answers a `SessionConflictError` with 409 and an `UnavailableError` with 503.
 *
 * @param error Whatever was thrown.
 * @returns False, and nothing is sent, for any other error, and once the headers are gone.
 */
export function sendFault(response: ServerResponse, error: unknown): boolean {
  const answer = response.headersSent ? undefined : createFaultResponse(error)
  if (answer !== undefined) sendJson(response, answer)
  return answer !== undefined
}
