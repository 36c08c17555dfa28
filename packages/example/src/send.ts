/**
 * Sending an answer with `node:http`, on which Express stands too.
 *
 * @module
 */

import type { ServerResponse } from 'node:http'
import { headersOf, type Answer } from './answer.ts'

/** Sends an answer. */
export function send(response: ServerResponse, answer: Answer): void {
  response.statusCode = answer.status
  response.setHeaders(new Map(Object.entries(headersOf(answer))))
  response.end(answer.body === undefined ? undefined : JSON.stringify(answer.body))
}
