/**
 * The token that a request presents, wherever it may stand.
 *
 * @module
 */

import type { AccessTokenClaims, RejectionCode } from '../authentication.ts'
import type { Config } from '../config.ts'
import { UsageError } from '../faults.ts'
import type { BearerCredentials } from '../http/bearer.ts'
import { decideDoubleSubmit } from '../http/double-submit.ts'
import { isJsonBody, type TokenReader } from '../http/location.ts'
import { mayChangeState } from '../http/origin.ts'
import type { AuthRequest } from '../http/request.ts'
import { isPlainObject } from '../json.ts'
import type { ResolvedRequirement } from './requirement.ts'

/** A request, and its body once it was asked for. */
export interface BodyExchange {
  readonly config: Pick<Config<unknown, AccessTokenClaims>, 'locations' | 'bearerFirst'>
  readonly request: AuthRequest
  body: Promise<unknown> | undefined
}

/** What the request presents, and where. */
export interface PresentedToken {
  readonly credentials: BearerCredentials | { readonly status: 'ambiguous' }
  /** Undefined where there is nothing, or something in two places. */
  readonly location: TokenReader | undefined
}

type Looks = Pick<ResolvedRequirement, 'via' | 'use' | 'locations'>

const NOTHING: PresentedToken = Object.freeze({ credentials: Object.freeze({ status: 'none' }), location: undefined })
const TWICE: PresentedToken = Object.freeze({
  credentials: Object.freeze({ status: 'ambiguous' }),
  location: undefined,
})

/** The places that a route looks at, in their order. */
export function placesOf(
  { locations }: BodyExchange['config'],
  { via, use, locations: only }: Looks,
): readonly TokenReader[] {
  if (via === 'session') return []
  return locations.filter(
    ({ place, holds }) => (holds === 'either' || holds === use) && (only === undefined || only.includes(place)),
  )
}

/**
 * Finds the token of a request in the places that its route looks at.
 *
 * Something in two places is ambiguous, whatever it is: which of them was meant is not for the server to guess. With
 * `credentials: 'bearer-first'` the first place that holds anything decides, and the others are not looked at. Either way
 * what is malformed in one place never falls back to another.
 *
 * @throws {UsageError} `not_configured` when a JSON body is to be read and the adapter gives none.
 */
export async function presentToken(exchange: BodyExchange, places: readonly TokenReader[]): Promise<PresentedToken> {
  const { config, request } = exchange
  let found = NOTHING
  for (const location of places) {
    const credentials =
      location.readBody && isJsonBody(request) ? location.readBody(await bodyOf(exchange)) : location.read(request)
    if (credentials.status === 'none') continue
    if (found !== NOTHING) return TWICE
    found = { credentials, location }
    if (config.bearerFirst) break
  }
  return found
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
  exchange.body ??= readBody(exchange.request)
  return exchange.body
}

async function readBody({ body }: AuthRequest): Promise<unknown> {
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
