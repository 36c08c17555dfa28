/**
 * Bearer credentials that are API keys.
 *
 * @module
 */

import type { ApiKeyVerdict, ApiKeyVerifier } from '../api-key-port.ts'
import type { ApiKeyRejectionCode, Principal, UserRejectionCode } from '../authentication.ts'
import type { Config } from '../config.ts'
import { UnavailableError } from '../faults.ts'
import { isSubject } from '../subject.ts'
import { checkUser } from './user-check.ts'

/** Tells whether a bearer credential is to be judged as an API key. Looks at how it begins and at nothing else. */
export function isApiKey(verifier: ApiKeyVerifier, credential: string): boolean {
  return credential.startsWith(`${verifier.prefix}_`)
}

/**
 * Verifies an API key and looks its user up: a key lives until it is revoked, so that nothing else would end it with its user.
 *
 * @throws {UnavailableError} When the store of keys or the lookup of users is out of reach.
 */
export async function verifyApiKey(
  verifier: ApiKeyVerifier,
  key: string,
  config: Pick<Config<unknown, never>, 'users'>,
): Promise<
  | { readonly ok: true; readonly principal: Principal<never> }
  | { readonly ok: false; readonly code: ApiKeyRejectionCode | UserRejectionCode }
> {
  const verdict = await ask(verifier, key)
  if (!verdict.ok) return { ok: false, code: `api_key_${verdict.code}` }
  const refused = await checkUser(config, verdict.principal.subject)
  return refused === undefined ? verdict : { ok: false, code: refused }
}

type Verified = { readonly ok: true; readonly principal: Principal<never> } | Extract<ApiKeyVerdict, { ok: false }>

async function ask(verifier: ApiKeyVerifier, key: string): Promise<Verified> {
  let verdict: Readonly<Partial<Record<'ok' | 'code' | 'principal', unknown>>>
  try {
    verdict = Object(await verifier.verify(key)) as typeof verdict
  } catch (cause) {
    throw new UnavailableError({ cause })
  }
  const { ok, code, principal } = verdict
  if (ok === true) return { ok: true, principal: toPrincipal(Object(principal) as Partial<Record<string, unknown>>) }
  if (ok === false && (code === 'malformed' || code === 'unknown' || code === 'expired')) return { ok: false, code }
  throw new UnavailableError()
}

/** A principal of our own making: a verifier that forgot a member must not admit anybody by it. */
function toPrincipal({ subject, keyId, scopes, authenticatedAt }: Partial<Record<string, unknown>>): Principal<never> {
  const isComplete = isSubject(subject) && typeof keyId === 'string' && Number.isSafeInteger(authenticatedAt)
  if (!isComplete || !Array.isArray(scopes) || !scopes.every((scope) => typeof scope === 'string')) {
    throw new UnavailableError()
  }
  return Object.freeze<Principal<never>>({
    subject,
    keyId,
    scopes: Object.freeze([...scopes]),
    authenticatedAt: authenticatedAt as number,
    amr: Object.freeze([]),
  })
}
