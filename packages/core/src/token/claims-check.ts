/**
 * What an application says of a token whose claims hold: by a schema, and by a function.
 *
 * @module
 */

import type { AccessTokenClaims } from '../authentication.ts'
import { UnavailableError, UsageError } from '../faults.ts'
import { isPlainObject } from '../json.ts'
import { askSchema, type StandardSchema } from '../standard-schema.ts'
import { isReservedClaim } from './custom-claims.ts'

/** Judges claims: true, false, or the application's own code for why not: 1 to 64 of `a-z`, `0-9` and `_`. */
export type ClaimsCheck = (claims: AccessTokenClaims) => boolean | string | Promise<boolean | string>

/** The application's verdict. `reason` is its own code. */
export type CheckedClaims =
  | { readonly ok: true; readonly claims: AccessTokenClaims }
  | { readonly ok: false; readonly code: 'token_claims_refused'; readonly reason?: string }

/** Asks the application about claims that hold. Throws as `checkClaims`. */
export type ClaimsJudge = (claims: AccessTokenClaims) => Promise<CheckedClaims>

/** What the application has to say. */
interface Checks {
  readonly schema: StandardSchema<unknown, object> | undefined
  readonly checkClaims: ClaimsCheck | undefined
}

const REASON = /^[a-z0-9_]{1,64}$/

/**
 * Makes the application's verdict.
 *
 * @param reserved Names that are registered besides those of the standards.
 * @returns Undefined where it has nothing to say.
 */
export function createClaimsJudge(checks: Checks, reserved: readonly string[]): ClaimsJudge | undefined {
  if (checks.schema === undefined && checks.checkClaims === undefined) return undefined
  return (claims) => checkClaims(claims, checks, (name) => isReservedClaim(name, reserved))
}

/**
 * Asks the application.
 *
 * A schema is given all claims. What it gives back is laid over them, but for the claims that were there under a registered
 * name: it can neither change who a token is for, nor drop a claim. What it makes is frozen at the top and not copied.
 *
 * @throws {UsageError} `argument` for an answer of the wrong kind: of a schema, a result that is neither an object nor a list of issues; of a
 * check, anything but a boolean and a code.
 * @throws {UnavailableError} With what the schema or the check threw as its cause.
 */
export async function checkClaims(
  claims: AccessTokenClaims,
  { schema, checkClaims: check }: Checks,
  isRegistered: (name: string) => boolean,
): Promise<CheckedClaims> {
  let checked = claims
  if (schema !== undefined) {
    const result = await ask(() => askSchema(schema, claims))
    if (result?.issues !== undefined) return refuse(undefined)
    if (!isPlainObject(result?.value)) throw wrongAnswer()
    checked = overlay(claims, result.value, isRegistered)
  }
  if (check === undefined) return { ok: true, claims: checked }
  const answer = await ask<unknown>(() => check(checked))
  if (answer === true) return { ok: true, claims: checked }
  if (answer === false) return refuse(undefined)
  if (typeof answer !== 'string' || !REASON.test(answer)) throw wrongAnswer()
  return refuse(answer)
}

function overlay(
  claims: AccessTokenClaims,
  value: Readonly<Record<string, unknown>>,
  isRegistered: (name: string) => boolean,
): AccessTokenClaims {
  const all = Object.create(null) as Record<string, unknown>
  Object.assign(all, claims)
  for (const [name, member] of Object.entries(value)) if (!isRegistered(name)) all[name] = member
  return Object.freeze(all) as unknown as AccessTokenClaims
}

async function ask<Answer>(question: () => Answer | Promise<Answer>): Promise<Answer> {
  try {
    return await question()
  } catch (cause) {
    throw new UnavailableError({ cause })
  }
}

function refuse(reason: string | undefined): CheckedClaims {
  return Object.freeze({ ok: false, code: 'token_claims_refused', ...(reason !== undefined && { reason }) })
}

function wrongAnswer(): UsageError {
  return new UsageError(
    'argument',
    'A check of claims answered with neither a boolean nor a code, or a schema with no result',
  )
}
