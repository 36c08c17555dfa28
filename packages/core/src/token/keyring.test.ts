import { generateKeyPairSync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { ConfigError } from '../faults.ts'
import { createRootSecrets, type CryptoKey } from '../secrets.ts'
import { createKeyring, keyringFromSecrets, type KeyInput, type TokenKey } from './keyring.ts'

const SECRET = Uint8Array.from({ length: 32 }, (_, index) => (index * 37 + 11) % 256)
const OCT = { kty: 'oct', k: Buffer.from(SECRET).toString('base64url') }
/** RFC 8037 appendix A.1 and A.2. */
const ED_PUBLIC = { kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' }
const ED_PRIVATE = { ...ED_PUBLIC, d: 'nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A' }
const OTHER_X = '00YjErHaZ4T-cBl4MOmTMOtEL5o9i79iTK5EXpSlUCU'
const ED_PAIR = generateKeyPairSync('ed25519', {
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
})
const RSA_PEM = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
})
const MESSAGE = Buffer.from('message')

interface EdGroup {
  readonly jwk: { readonly kty: string; readonly crv: string; readonly x: string }
  readonly tests: readonly {
    readonly tcId: number
    readonly msg: string
    readonly sig: string
    readonly result: string
  }[]
}

const ED_GROUPS = (
  JSON.parse(readFileSync(new URL('../../vectors/wycheproof/ed25519.json', import.meta.url), 'utf8')) as {
    testGroups: readonly EdGroup[]
  }
).testGroups

/** The option that a list of anything at all is refused for. */
async function optionOf(...keys: readonly unknown[]): Promise<string> {
  try {
    await createKeyring(keys as readonly KeyInput[])
  } catch (error) {
    if (error instanceof ConfigError) return error.option
    throw error
  }
  return 'none'
}

async function subtleKeys(
  algorithm: 'Ed25519' | { name: 'HMAC'; hash: string; length?: number },
  extractable: boolean,
  usages: ('sign' | 'verify')[] = ['sign', 'verify'],
): Promise<unknown> {
  return crypto.subtle.generateKey(algorithm as 'Ed25519', extractable, usages)
}

async function works(key: TokenKey | undefined): Promise<boolean> {
  const signing = await key?.signingKey()
  const verifying = await key?.verificationKey()
  if (signing === undefined || verifying === undefined) return false
  const { name } = verifying.algorithm
  return crypto.subtle.verify(name, verifying, await crypto.subtle.sign(name, signing, MESSAGE), MESSAGE)
}

describe('createKeyring()', () => {
  it('finds keys by exactly their id', async () => {
    const ring = await createKeyring([
      { kid: 'a', alg: 'HS256', state: 'active', secret: SECRET },
      { kid: 'b', alg: 'EdDSA', state: 'accepted', jwk: ED_PUBLIC },
      { kid: 'c', alg: 'Ed25519', state: 'retired', jwk: ED_PUBLIC },
    ])
    expect(ring.active?.kid).toBe('a')
    expect(ring.find('b')).toMatchObject({ kid: 'b', alg: 'EdDSA', state: 'accepted' })
    expect(ring.find('c')).toMatchObject({ alg: 'Ed25519', state: 'retired' })
    for (const kid of ['', 'A', 'a ', 'd', '__proto__', 'constructor', 'toString'])
      expect(ring.find(kid)).toBeUndefined()
    expect(Object.isFrozen(ring) && Object.isFrozen(ring.active)).toBe(true)
  })

  it.each<[string, () => Promise<unknown>]>([
    ['a secret', async () => ({ alg: 'HS256', secret: SECRET })],
    [
      'an oct JWK',
      async () => ({ alg: 'HS256', jwk: { ...OCT, kid: 'k', alg: 'HS256', use: 'sig', key_ops: ['verify', 'sign'] } }),
    ],
    ['an OKP JWK', async () => ({ alg: 'EdDSA', jwk: { ...ED_PRIVATE, key_ops: ['sign'], x5t: 'ignored' } })],
    ['a fully specified name', async () => ({ alg: 'Ed25519', jwk: { ...ED_PRIVATE, alg: 'Ed25519' } })],
    ['a PEM key', async () => ({ alg: 'EdDSA', pem: ED_PAIR.privateKey })],
    [
      'a PEM key with blanks around and CRLF',
      async () => ({ alg: 'EdDSA', pem: ` \n${ED_PAIR.privateKey.replaceAll('\n', '\r\n')}\n ` }),
    ],
    ['a pair of CryptoKeys', async () => ({ alg: 'EdDSA', cryptoKey: await subtleKeys('Ed25519', false) })],
    [
      'a private CryptoKey that can be exported',
      async () => ({
        alg: 'EdDSA',
        cryptoKey: ((await subtleKeys('Ed25519', true)) as { privateKey: unknown }).privateKey,
      }),
    ],
    [
      'an HMAC CryptoKey',
      async () => ({ alg: 'HS256', cryptoKey: await subtleKeys({ name: 'HMAC', hash: 'SHA-256' }, false) }),
    ],
  ])('signs and verifies with %s, and a lone key is active', async (_, make) => {
    const ring = await createKeyring([{ kid: 'k', ...((await make()) as object) } as KeyInput])
    expect(ring.active?.state).toBe('active')
    expect(await works(ring.find('k'))).toBe(true)
  })

  it.each<[string, () => Promise<unknown>]>([
    ['a public JWK', async () => ({ alg: 'EdDSA', jwk: { ...ED_PUBLIC, key_ops: ['verify'] } })],
    ['a public PEM key', async () => ({ alg: 'EdDSA', pem: ED_PAIR.publicKey })],
    [
      'a public CryptoKey',
      async () => ({
        alg: 'EdDSA',
        cryptoKey: ((await subtleKeys('Ed25519', false)) as { publicKey: unknown }).publicKey,
      }),
    ],
    [
      'an HMAC CryptoKey that may only verify',
      async () => ({ alg: 'HS256', cryptoKey: await subtleKeys({ name: 'HMAC', hash: 'SHA-256' }, false, ['verify']) }),
    ],
  ])('only verifies with %s, and a lone one is accepted', async (_, make) => {
    const input = { kid: 'k', ...((await make()) as object) }
    const ring = await createKeyring([input as KeyInput])
    expect(ring.active).toBeUndefined()
    expect(ring.find('k')).toMatchObject({ state: 'accepted' })
    expect(ring.find('k')?.signingKey()).toBeUndefined()
    expect(await optionOf({ ...input, state: 'active' })).toMatch(/^keys\[0\]\.(state|jwk\.key_ops)$/)
  })

  it('derives the public half of a private key', async () => {
    const ring = await createKeyring([{ kid: 'k', alg: 'EdDSA', jwk: ED_PRIVATE }])
    const verifying = (await ring.find('k')?.verificationKey()) as CryptoKey
    expect(verifying).toMatchObject({ type: 'public', usages: ['verify'] })
    expect(await crypto.subtle.exportKey('jwk', verifying)).toMatchObject({ x: ED_PUBLIC.x })
  })

  it('keeps the private half of the active key alone, and lets nobody export it', async () => {
    const ring = await createKeyring([
      { kid: 'a', alg: 'EdDSA', state: 'active', pem: ED_PAIR.privateKey },
      { kid: 'b', alg: 'EdDSA', state: 'accepted', jwk: ED_PRIVATE },
      { kid: 'c', alg: 'HS256', state: 'retired', secret: SECRET },
    ])
    expect(await ring.find('a')?.signingKey()).toMatchObject({ type: 'private', extractable: false })
    expect(ring.find('b')?.signingKey()).toBeUndefined()
    expect(ring.find('c')?.signingKey()).toBeUndefined()
  })

  it('shows no material when it is inspected or written as JSON', async () => {
    const ring = await createKeyring([
      { kid: 'a', alg: 'HS256', state: 'active', jwk: OCT },
      { kid: 'b', alg: 'EdDSA', state: 'accepted', jwk: ED_PRIVATE },
    ])
    const shown = [ring, ring.active, ring.find('b')]
      .map((value) => inspect(value, { depth: 9, showHidden: true, getters: true }) + JSON.stringify(value))
      .join()
    for (const part of [OCT.k, ED_PRIVATE.d, ED_PRIVATE.x]) expect(shown).not.toContain(part.slice(0, 10))
    expect(Reflect.ownKeys(ring)).toEqual(['active', 'find'])
  })

  it('copies a secret, so that wiping the buffer changes nothing', async () => {
    const buffer = Uint8Array.from(SECRET)
    const creating = createKeyring([{ kid: 'k', alg: 'HS256', secret: buffer }])
    buffer.fill(0)
    const ring = await creating
    const reference = await createKeyring([{ kid: 'k', alg: 'HS256', secret: SECRET }])
    const signature = await crypto.subtle.sign('HMAC', (await ring.active?.signingKey()) as CryptoKey, MESSAGE)
    const verifying = (await reference.active?.verificationKey()) as CryptoKey
    expect(await crypto.subtle.verify('HMAC', verifying, signature, MESSAGE)).toBe(true)
  })

  it('verifies as Wycheproof says, with malleable and small-order signatures refused', async () => {
    let count = 0
    for (const { jwk, tests } of ED_GROUPS) {
      const ring = await createKeyring([{ kid: 'k', alg: 'EdDSA', jwk: { kty: jwk.kty, crv: jwk.crv, x: jwk.x } }])
      const key = (await ring.find('k')?.verificationKey()) as CryptoKey
      for (const { tcId, msg, sig, result } of tests) {
        const valid = await crypto.subtle.verify('Ed25519', key, Buffer.from(sig, 'hex'), Buffer.from(msg, 'hex'))
        expect([tcId, valid ? 'valid' : 'invalid']).toEqual([tcId, result])
        count += 1
      }
    }
    expect(count).toBe(151)
  })

  const hmac = { kid: 'k', alg: 'HS256', secret: SECRET }
  const ed = { kid: 'k', alg: 'EdDSA', jwk: ED_PRIVATE }
  const active = { ...hmac, state: 'active' }

  it.each<[string, readonly unknown[], string]>([
    ['no keys', [], 'keys'],
    ['nothing as a key', [null], 'keys[0]'],
    ['a hole', Array.from({ length: 1 }), 'keys[0]'],
    ['a key without an id', [{ ...hmac, kid: undefined }], 'keys[0].kid'],
    ['an empty id', [{ ...hmac, kid: '' }], 'keys[0].kid'],
    ['an id with a blank', [{ ...hmac, kid: 'a b' }], 'keys[0].kid'],
    ['an id with a line break at its end', [{ ...hmac, kid: 'a\n' }], 'keys[0].kid'],
    ['an id of 257 characters', [{ ...hmac, kid: 'a'.repeat(257) }], 'keys[0].kid'],
    ['an id that is a number', [{ ...hmac, kid: 1 }], 'keys[0].kid'],
    ['a key without an algorithm', [{ ...hmac, alg: undefined }], 'keys[0].alg'],
    ['alg none', [{ ...hmac, alg: 'none' }], 'keys[0].alg'],
    ['an algorithm in another case', [{ ...hmac, alg: 'hs256' }], 'keys[0].alg'],
    ['an algorithm that is not offered', [{ ...hmac, alg: 'RS256' }], 'keys[0].alg'],
    ['a list of algorithms', [{ ...hmac, alg: ['HS256'] }], 'keys[0].alg'],
    ['an unknown state', [{ ...hmac, state: 'revoked' }], 'keys[0].state'],
    ['an unknown member', [{ ...hmac, use: 'sig' }], 'keys[0].use'],
    ['no source', [{ kid: 'k', alg: 'HS256' }], 'keys[0]'],
    ['two sources', [{ ...hmac, jwk: OCT }], 'keys[0]'],
    ['an inherited source', [Object.assign(Object.create({ secret: SECRET }), { kid: 'k', alg: 'HS256' })], 'keys[0]'],
    ['two keys of one id', [active, { ...ed, state: 'accepted' }], 'keys[1].kid'],
    ['two keys without states', [hmac, { ...ed, kid: 'l' }], 'keys[0].state'],
    ['two keys, the second without a state', [active, { ...ed, kid: 'l' }], 'keys[1].state'],
    ['two active keys', [active, { ...ed, kid: 'l', state: 'active' }], 'keys[1].state'],
    ['retired keys alone', [{ ...hmac, state: 'retired' }], 'keys'],
    ['a secret as text', [{ ...hmac, secret: 'q9fT2mXz7LbR4wYh0KdVnCs5uJgPaE8i' }], 'keys[0].secret'],
    ['a secret of 31 bytes', [{ ...hmac, secret: SECRET.subarray(1) }], 'keys[0].secret'],
    ['an empty secret', [{ ...hmac, secret: new Uint8Array() }], 'keys[0].secret'],
    ['a secret of zeros', [{ ...hmac, secret: new Uint8Array(64) }], 'keys[0].secret'],
    ['a public key in PEM form as a secret', [{ ...hmac, secret: Buffer.from(RSA_PEM.publicKey) }], 'keys[0].secret'],
    ['a JWK as a secret', [{ ...hmac, secret: Buffer.from(JSON.stringify(ED_PUBLIC)) }], 'keys[0].secret'],
    ['a secret for EdDSA', [{ ...hmac, alg: 'EdDSA' }], 'keys[0].secret'],
    ['a PEM key for HS256', [{ kid: 'k', alg: 'HS256', pem: ED_PAIR.publicKey }], 'keys[0].pem'],
    ['an RSA key in PEM form', [{ kid: 'k', alg: 'EdDSA', pem: RSA_PEM.privateKey }], 'keys[0].pem'],
    ['an RSA public key in PEM form', [{ kid: 'k', alg: 'EdDSA', pem: RSA_PEM.publicKey }], 'keys[0].pem'],
    ['a PEM key after a comment', [{ kid: 'k', alg: 'EdDSA', pem: `# key\n${ED_PAIR.privateKey}` }], 'keys[0].pem'],
    ['two PEM keys', [{ kid: 'k', alg: 'EdDSA', pem: ED_PAIR.privateKey + ED_PAIR.publicKey }], 'keys[0].pem'],
    [
      'a PEM key of another label',
      [{ kid: 'k', alg: 'EdDSA', pem: ED_PAIR.publicKey.replaceAll('PUBLIC', 'RSA PUBLIC') }],
      'keys[0].pem',
    ],
    [
      'a PEM key whose labels differ',
      [{ kid: 'k', alg: 'EdDSA', pem: ED_PAIR.publicKey.replace('PUBLIC', 'PRIVATE') }],
      'keys[0].pem',
    ],
    [
      'a public PEM key under the private label',
      [{ kid: 'k', alg: 'EdDSA', pem: ED_PAIR.publicKey.replaceAll('PUBLIC', 'PRIVATE') }],
      'keys[0].pem',
    ],
    [
      'a PEM key on one line',
      [{ kid: 'k', alg: 'EdDSA', pem: ED_PAIR.privateKey.replaceAll('\n', '\\n') }],
      'keys[0].pem',
    ],
    ['PEM as bytes', [{ kid: 'k', alg: 'EdDSA', pem: Buffer.from(ED_PAIR.privateKey) }], 'keys[0].pem'],
    ['a JWK as text', [{ ...ed, jwk: JSON.stringify(ED_PRIVATE) }], 'keys[0].jwk'],
    ['a JWK of another key type', [{ ...ed, jwk: OCT }], 'keys[0].jwk.kty'],
    ['an OKP JWK for HS256', [{ ...ed, alg: 'HS256' }], 'keys[0].jwk.kty'],
    ['a JWK of another curve', [{ ...ed, jwk: { ...ED_PRIVATE, crv: 'X25519' } }], 'keys[0].jwk.crv'],
    ['an oct JWK with a curve', [{ ...hmac, secret: undefined, jwk: { ...OCT, crv: 'Ed25519' } }], 'keys[0].jwk.crv'],
    ['a JWK whose alg differs', [{ ...ed, jwk: { ...ED_PRIVATE, alg: 'Ed25519' } }], 'keys[0].jwk.alg'],
    ['a JWK whose kid differs', [{ ...ed, jwk: { ...ED_PRIVATE, kid: 'l' } }], 'keys[0].jwk.kid'],
    ['a JWK for encryption', [{ ...ed, jwk: { ...ED_PRIVATE, use: 'enc' } }], 'keys[0].jwk.use'],
    [
      'a JWK for other operations',
      [{ ...ed, jwk: { ...ED_PRIVATE, key_ops: ['sign', 'deriveKey'] } }],
      'keys[0].jwk.key_ops',
    ],
    ['a public JWK that may not verify', [{ ...ed, jwk: { ...ED_PUBLIC, key_ops: ['sign'] } }], 'keys[0].jwk.key_ops'],
    [
      'an active JWK that may not sign',
      [{ ...ed, state: 'active', jwk: { ...ED_PRIVATE, key_ops: ['verify'] } }],
      'keys[0].jwk.key_ops',
    ],
    ['an oct JWK without k', [{ kid: 'k', alg: 'HS256', jwk: { kty: 'oct' } }], 'keys[0].jwk.k'],
    ['an oct JWK with padding', [{ kid: 'k', alg: 'HS256', jwk: { kty: 'oct', k: `${OCT.k}=` } }], 'keys[0].jwk.k'],
    ['a short oct JWK', [{ kid: 'k', alg: 'HS256', jwk: { kty: 'oct', k: OCT.k.slice(0, 40) } }], 'keys[0].jwk.k'],
    ['an OKP JWK without x', [{ ...ed, jwk: { kty: 'OKP', crv: 'Ed25519', d: ED_PRIVATE.d } }], 'keys[0].jwk.x'],
    ['an OKP JWK with a short x', [{ ...ed, jwk: { ...ED_PUBLIC, x: ED_PUBLIC.x.slice(0, 40) } }], 'keys[0].jwk.x'],
    ['an OKP JWK whose d is null', [{ ...ed, jwk: { ...ED_PUBLIC, d: null } }], 'keys[0].jwk.d'],
    ['a JWK with the public half of another key', [{ ...ed, jwk: { ...ED_PRIVATE, x: OTHER_X } }], 'keys[0].jwk'],
    [
      'something else as a CryptoKey',
      [{ kid: 'k', alg: 'HS256', cryptoKey: { type: 'secret', algorithm: { name: 'HMAC' } } }],
      'keys[0].cryptoKey',
    ],
    ['an empty pair', [{ kid: 'k', alg: 'EdDSA', cryptoKey: {} }], 'keys[0].cryptoKey'],
  ])('refuses %s', async (_, keys, option) => {
    expect(await optionOf(...keys)).toBe(option)
  })

  it('refuses what is no list', async () => {
    await expect(createKeyring(hmac as never)).rejects.toThrow(/"keys"/)
  })

  it.each<[string, string, () => Promise<unknown>]>([
    [
      'a private key that cannot be exported, alone',
      'EdDSA',
      async () => ((await subtleKeys('Ed25519', false)) as { privateKey: unknown }).privateKey,
    ],
    ['an Ed25519 pair for HS256', 'HS256', async () => subtleKeys('Ed25519', false)],
    ['an HMAC key for EdDSA', 'EdDSA', async () => subtleKeys({ name: 'HMAC', hash: 'SHA-256' }, false)],
    ['an HMAC key of another hash', 'HS256', async () => subtleKeys({ name: 'HMAC', hash: 'SHA-512' }, false)],
    ['an HMAC key of 128 bits', 'HS256', async () => subtleKeys({ name: 'HMAC', hash: 'SHA-256', length: 128 }, false)],
    [
      'an HMAC key that may not verify',
      'HS256',
      async () => subtleKeys({ name: 'HMAC', hash: 'SHA-256' }, false, ['sign']),
    ],
    [
      'halves of different pairs',
      'EdDSA',
      async () => ({
        ...((await subtleKeys('Ed25519', false)) as object),
        privateKey: ((await subtleKeys('Ed25519', false)) as { privateKey: unknown }).privateKey,
      }),
    ],
    [
      'halves that were swapped',
      'EdDSA',
      async () => {
        const { publicKey, privateKey } = (await subtleKeys('Ed25519', false)) as {
          publicKey: unknown
          privateKey: unknown
        }
        return { publicKey: privateKey, privateKey: publicKey }
      },
    ],
  ])('refuses as a CryptoKey: %s', async (_, alg, make) => {
    expect(await optionOf({ kid: 'k', alg, cryptoKey: await make() })).toBe('keys[0].cryptoKey')
  })

  it('asks for the pair where a private key cannot be exported', async () => {
    const { privateKey } = (await subtleKeys('Ed25519', false)) as { privateKey: CryptoKey }
    await expect(createKeyring([{ kid: 'k', alg: 'EdDSA', cryptoKey: privateKey }])).rejects.toThrow(/must be a pair/)
  })
})

describe('keyringFromSecrets()', () => {
  const text = Buffer.from(SECRET).toString('base64')
  const secrets = createRootSecrets({ 3: text, 7: `${text}7`, 12: `${text}12` }, 7)

  it('signs with the signing id and accepts the others', async () => {
    const ring = keyringFromSecrets(secrets)
    expect(ring.active).toMatchObject({ kid: '7', alg: 'HS256', state: 'active' })
    expect(['3', '7', '12', '8', '07'].map((kid) => ring.find(kid)?.state)).toEqual([
      'accepted',
      'active',
      'accepted',
      undefined,
      undefined,
    ])
    expect(ring.find('3')?.signingKey()).toBeUndefined()
    expect(await works(ring.active)).toBe(true)
  })

  it('derives each key for this purpose alone', async () => {
    const key = await keyringFromSecrets(secrets).find('3')?.verificationKey()
    expect(key).toBe(await secrets.deriveHmacKey(3, 'access-token/HS256'))
  })
})
