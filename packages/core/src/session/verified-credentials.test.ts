import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { heapInUse, partOfLongText } from '../heap.fixture.ts'
import { createRootSecrets } from '../secrets.ts'
import {
  issueCredential,
  parseCredential,
  verifyCredential,
  type Credential,
  type CredentialGround,
} from './credential.ts'
import { createCredentialVerifier } from './verified-credentials.ts'

const ROOT = 'z3Qp7Xv1LkT9wYb5RnC2dGh8JmF4sA6uEo0iHqBxVtM'
const MATERIAL = { 1: ROOT, 2: [...ROOT].reverse().join('') }
const secrets = createRootSecrets(MATERIAL)
const SALTS = ['AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8', 'HwECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8']

const ground = fc.record({
  id: fc.constantFrom('00112233445566778899aabbccddeeff', 'ff112233445566778899aabbccddeeff'),
  carrier: fc.constantFrom('cookie' as const, 'refresh' as const),
  keyId: fc.constantFrom(1, 2),
  salt: fc.constantFrom(...(SALTS as [string, string])),
  generation: fc.constantFrom(0, 1),
  subject: fc.constantFrom('user-1', 'user-2', null),
})

function sampleGround(): CredentialGround {
  const [sample] = fc.sample(ground, 1)
  if (sample === undefined) throw new Error('no sample')
  return sample
}

/** Another secret of the same form. */
function forge(secret: string, index: number): string {
  return `${secret.slice(0, index)}${secret[index] === 'A' ? 'B' : 'A'}${secret.slice(index + 1)}`
}

function parse(text: string): Credential {
  const credential = parseCredential(text)
  if (credential === undefined) throw new Error('unreadable')
  return credential
}

describe.each([
  ['synchronous keys', secrets],
  ['keys that answer later', createRootSecrets(MATERIAL, undefined, null)],
])('createCredentialVerifier(), with %s', (_, ring) => {
  it('says what the MAC says, whatever it was asked before', async () => {
    const verify = createCredentialVerifier(ring)
    await fc.assert(
      fc.asyncProperty(ground, ground, async (issuedFor, record) => {
        const credential = parse(await issueCredential(issuedFor, secrets))
        expect(await verify(credential, record)).toBe(await verifyCredential(credential, record, secrets))
        expect(await verify(credential, issuedFor)).toBe(true)
      }),
    )
  })

  it('refuses a forged secret of a session that it knows, and knows the genuine one after it', async () => {
    const verify = createCredentialVerifier(ring)
    const record = sampleGround()
    const credential = parse(await issueCredential(record, secrets))
    expect(await verify(credential, record)).toBe(true)
    for (const index of [0, 41]) {
      const secret = forge(credential.secret, index)
      expect(await verify({ ...credential, secret }, record)).toBe(false)
    }
    expect(await verify({ ...credential, secret: credential.secret.slice(1) }, record)).toBe(false)
    expect(await verify(credential, record)).toBe(true)
  })
})

it('a session that is known costs no MAC, and what was refused is asked again', async () => {
  let macs = 0
  const counting = {
    ...secrets,
    deriveHmacKey: (id: number, purpose: string) => {
      macs += 1
      return secrets.deriveHmacKey(id, purpose)
    },
  }
  const verify = createCredentialVerifier(counting)
  const record = sampleGround()
  const credential = parse(await issueCredential(record, secrets))
  const forged = { ...credential, secret: forge(credential.secret, 0) }
  expect([await verify(forged, record), await verify(forged, record)]).toEqual([false, false])
  expect(macs).toBe(2)
  expect([await verify(credential, record), await verify(credential, record)]).toEqual([true, true])
  expect(macs).toBe(3)
})

it('holds on to no request that a credential was a part of', async () => {
  const verify = createCredentialVerifier(secrets)
  const sample = sampleGround()
  const issue = (index: number) => issueCredential({ ...sample, id: `${index}`.padStart(32, '0') }, secrets)
  const knows = (credential: Credential) => verify(credential, { ...sample, id: credential.id })
  const before = heapInUse()
  for (let index = 0; index < 50; index += 1) expect(await knows(parse(partOfLongText(await issue(index))))).toBe(true)
  expect(heapInUse() - before).toBeLessThan(10_000_000)
  expect(await knows(parse(await issue(0)))).toBe(true)
})
