/**
 * Credentials that were verified already, so that the same one again costs a comparison instead of a MAC.
 *
 * @module
 */

import { isSameSecret } from '../constant-time.ts'
import { copyText } from '../copy-text.ts'
import { createRecentMap } from '../recent-map.ts'
import type { RootSecrets } from '../secrets.ts'
import { verifyCredential, type Credential, type CredentialGround } from './credential.ts'

/** Verifies that a credential was derived from a record, as `verifyCredential` does, which has the contract. */
export type CredentialVerifier = (credential: Credential, record: CredentialGround) => boolean | Promise<boolean>

/** About half a kilobyte each. */
const MAX_ENTRIES = 1_000

interface Verified {
  readonly ground: CredentialGround
  readonly secret: string
}

/**
 * Creates a verifier that remembers the secrets of up to 1,000 sessions that were in use last (500 at least) and whose credential it found
 * genuine.
 *
 * A secret follows from its ground alone, so that one that is remembered holds as long as the record that the store gives says the same: what
 * changes a credential (`rotate`, a login, another generation) changes the ground. Found by the id, which is public, and compared in
 * constant time. What was refused is not remembered. The secrets stand in the memory of the process, and in its heap dumps.
 *
 * @param secrets Every key id of a record must be in it; check `secrets.has` first.
 */
export function createCredentialVerifier(secrets: RootSecrets): CredentialVerifier {
  const verified = createRecentMap<string, Verified>(MAX_ENTRIES)

  function remember({ secret, generation }: Credential, record: CredentialGround): true {
    const { carrier, keyId, salt, subject } = record
    const id = copyText(record.id)
    verified.set(id, { ground: { id, carrier, keyId, salt, generation, subject }, secret: copyText(secret) })
    return true
  }

  return function verify(credential, record) {
    const known = verified.get(record.id)
    if (known !== undefined && isSameGround(known.ground, credential, record)) {
      return isSameSecret(known.secret, credential.secret)
    }
    const genuine = verifyCredential(credential, record, secrets)
    if (genuine === true) return remember(credential, record)
    return genuine && genuine.then((held) => held && remember(credential, record))
  }
}

function isSameGround(known: CredentialGround, credential: Credential, record: CredentialGround): boolean {
  return (
    known.id === credential.id &&
    known.generation === credential.generation &&
    known.carrier === credential.carrier &&
    known.carrier === record.carrier &&
    known.keyId === record.keyId &&
    known.salt === record.salt &&
    known.subject === record.subject
  )
}
