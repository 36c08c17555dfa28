/**
 * The token that a request presents, wherever it may stand.
 *
 * @module
 */

import type { AccessTokenClaims, RejectionCode } from '../authentication.ts'
import type { BaseConfig } from '../config.ts'
import { UsageError } from '../faults.ts'
import type { BearerCredentials } from '../http/bearer.ts'
import { decideDoubleSubmit } from '../http/double-submit.ts'
import { isJsonBody, type TokenReader } from '../http/location.ts'
import { mayChangeState } from '../http/origin.ts'
import type { AuthRequest } from '../http/request.ts'
import { isPlainObject } from '../json.ts'

/** A request, and its body once it was asked for. */
export interface BodyExchange {
  readonly config: Pick<BaseConfig, 'bearerFirst'>
  readonly request: AuthRequest
  body: Promise<unknown> | undefined
}

/** What the request presents, and where. */
export interface PresentedToken {
  readonly credentials: BearerCredentials | { readonly status: 'ambiguous' }
  /** Undefined where there is nothing, or something in two places. */
  readonly location: TokenReader | undefined
}

const NOTHING: PresentedToken = Object.freeze({ credentials: Object.freeze({ status: 'none' }), location: undefined })
const TWICE: PresentedToken = Object.freeze({
  credentials: Object.freeze({ status: 'ambiguous' }),
  location: undefined,
})

/**
 * Finds the token of a request in the places that its route looks at.
 *
 * Something in two places is ambiguous, whatever it is: which of them was meant is not for the server to guess. With
 * `credentials: 'bearer-first'` the first place that holds anything decides, and the others are not looked at. Either way
 * what is malformed in one place never falls back to another.
 *
 * @returns A promise only where a body is to be read.
 * @throws {UsageError} `not_configured` when a JSON body is to be read and the adapter gives none.
 */
export function presentToken(
  exchange: BodyExchange,
  places: readonly TokenReader[],
): PresentedToken | Promise<PresentedToken> {
  const { config, request } = exchange
  if (places.some(({ readBody }) => readBody !== undefined) && isJsonBody(request)) {
    return presentWithBody(exchange, places)
  }
  let found = NOTHING
  for (const location of places) {
    found = join(found, location, location.read(request))
    if (isSettled(found, config)) break
  }
  return found
}

async function presentWithBody(exchange: BodyExchange, places: readonly TokenReader[]): Promise<PresentedToken> {
  const { config, request } = exchange
  let found = NOTHING
  for (const location of places) {
    const { readBody } = location
    // A body is waited for only where nothing has decided before it.
    const credentials = readBody === undefined ? location.read(request) : readBody(await bodyOf(exchange))
    found = join(found, location, credentials)
    if (isSettled(found, config)) break
  }
  return found
}

function join(found: PresentedToken, location: TokenReader, credentials: BearerCredentials): PresentedToken {
  if (credentials.status === 'none') return found
  return found === NOTHING ? { credentials, location } : TWICE
}

function isSettled(found: PresentedToken, { bearerFirst }: BodyExchange['config']): boolean {
  return found === TWICE || (bearerFirst && found !== NOTHING)
}

/**
 * Judges the double submit of a verified token, on requests that may change state.
 *
 * @returns Undefined when it holds, and where there is none.
 */
export async function judgeDoubleSubmit(
  exchange: BodyExchange,
  location: TokenReader | undefined,
  claims: AccessTokenClaims | undefined,
): Promise<RejectionCode | undefined> {
  const { request } = exchange
  const doubleSubmit = location?.doubleSubmit
  if (doubleSubmit === undefined || !mayChangeState(request)) return undefined
  const { header, field } = doubleSubmit
  const mayBeInBody = field !== undefined && request.headers.get('content-type') !== null
  const sent = request.headers.get(header) ?? (mayBeInBody ? memberOf(await bodyOf(exchange), field) : null)
  const verdict = decideDoubleSubmit(claims?.['csrf'], sent)
  return verdict === 'same' ? undefined : verdict
}

function memberOf(body: unknown, field: string): unknown {
  return isPlainObject(body) && Object.hasOwn(body, field) ? body[field] : undefined
}

function bodyOf(exchange: BodyExchange): Promise<unknown> {
  exchange.body ??= parsedBodyOf(exchange.request)
  return exchange.body
}

async function parsedBodyOf({ body }: AuthRequest): Promise<unknown> {
  if (body === undefined) {
    throw new UsageError('not_configured', 'A token may stand in the body, and the adapter was not told how to read it')
  }
  try {
    return await body()
  } catch {
    // A body that its framework cannot parse holds no token; what to answer to it is the route's to say.
    return undefined
  }
}
