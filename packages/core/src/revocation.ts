/**
 * Whether a credential has been revoked, as a pure function of what is known.
 *
 * @module
 */

import type { RevocableCredential, Revocation, RevocationChanges, SubjectCutOff } from './revocation-port.ts'

/** What a store, or a copy of one, knows. */
export interface KnownRevocations {
  /** What was revoked by itself, under `revocationKey`. */
  readonly revoked: ReadonlyMap<string, Revocation>
  /** The latest cut-off of each subject. */
  readonly cutOffs: ReadonlyMap<string, SubjectCutOff>
}

/** What is known and grows. Two empty maps at first. */
export interface GrowingRevocations extends KnownRevocations {
  /** Whoever forgets what may be forgotten removes it here. */
  readonly revoked: Map<string, Revocation>
  /** One for each subject that had a cut-off. */
  readonly cutOffs: Map<string, SubjectCutOff>
}

/**
 * Judges a credential by what is known, as every `RevocationStore` does. Not checked: whether it is genuine, and whether it has expired.
 *
 * @returns True: it was revoked.
 */
export function decideRevocation(
  { ids, subject, epoch }: RevocableCredential,
  { revoked, cutOffs }: KnownRevocations,
): boolean {
  if (revoked.size > 0 && ids.some((id) => revoked.has(revocationKey(id, subject)))) return true
  const cutOff = subject === null ? undefined : cutOffs.get(subject)
  if (cutOff === undefined || epoch >= cutOff.epoch) return false
  return cutOff.spared === null || !ids.includes(cutOff.spared) || epoch < cutOff.floor
}

/** Names a pair of id and subject. Different pairs have different names. */
export function revocationKey(id: string, subject: string | null): string {
  // Where the id ends is said before it, so that no subject can begin in it.
  return subject === null ? `${id.length} ${id}` : `${id.length} ${id} ${subject}`
}

/**
 * Adds what `changedSince` gave. The order in which answers arrive does not matter: of two cut-offs of one subject the one with the higher
 * epoch is the later, and a revocation is kept for as long as any of its answers says.
 */
export function learnRevocations({ revoked, cutOffs }: GrowingRevocations, changes: RevocationChanges): void {
  for (const revocation of changes.revoked) {
    const key = revocationKey(revocation.id, revocation.subject)
    if (revocation.until >= (revoked.get(key)?.until ?? -Infinity)) revoked.set(key, revocation)
  }
  for (const cutOff of changes.cutOffs) {
    if (cutOff.epoch >= (cutOffs.get(cutOff.subject)?.epoch ?? -Infinity)) cutOffs.set(cutOff.subject, cutOff)
  }
}
