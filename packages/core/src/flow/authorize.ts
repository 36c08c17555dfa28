/**
 * Whether an authentication is enough for a route.
 *
 * @module
 */

import type { Authentication } from '../authentication.ts'
import type { DenialReason } from '../http/denial.ts'
import type { ResolvedRequirement } from './requirement.ts'

/**
 * Decides whether a route's requirement is met; pure.
 *
 * `optional` admits callers without credentials, and nobody else who would be refused otherwise: it never excuses a rejected
 * credential, and a caller who did authenticate must meet the rest. An API key never meets `maxAge`.
 *
 * @param now Epoch milliseconds.
 * @param leeway Milliseconds that `maxAge` is stretched by, for clocks that differ.
 * @returns Undefined when the requirement is met.
 */
export function decideAuthorization(
  authentication: Authentication,
  requirement: ResolvedRequirement,
  { now, leeway }: { readonly now: number; readonly leeway: number },
): DenialReason | undefined {
  if (authentication.status === 'rejected') {
    const { code, problem } = authentication
    return problem === undefined ? { code } : { code, problem }
  }
  if (authentication.status === 'anonymous')
    return requirement.optional ? undefined : { code: 'authentication_required' }
  const { principal } = authentication
  const { scopes, fresh, amr, acr } = requirement
  const { keyId, authenticatedAt, freshUntil = authenticatedAt + (fresh ?? 0) } = principal
  const maxAge = requirement.maxAge ?? fresh
  const isOld = requirement.maxAge !== undefined && now - authenticatedAt > requirement.maxAge + leeway
  const isStale = fresh !== undefined && now > freshUntil + leeway
  // Nobody logs in with an API key, however new it is.
  const stale = maxAge !== undefined && (keyId !== undefined || isOld || isStale)
  const weak = !amr.every((method) => principal.amr.includes(method)) || (acr !== undefined && acr !== principal.acr)
  if (stale || weak) {
    return {
      code: 'insufficient_user_authentication',
      ...(maxAge === undefined ? {} : { maxAge }),
      ...(acr === undefined ? {} : { acr }),
    }
  }
  return scopes.every((scope) => principal.scopes.includes(scope)) ? undefined : { code: 'insufficient_scope', scopes }
}
