import { createHmac, hkdfSync } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRootSecrets } from '../secrets.ts'
import {
  isSessionId,
  issueCredential,
  parseCredential,
  toSessionId,
  verifyCredential,
  type Credential,
} from './credential.ts'

const ROOT = 'z3Qp7Xv1LkT9wYb5RnC2dGh8JmF4sA6uEo0iHqBxVtM'
const secrets = createRootSecrets({ 1: ROOT, 2: [...ROOT].reverse().join('') })
const record = {
  id: '00112233445566778899aabbccddeeff',
  carrier: 'cookie',
  keyId: 1,
  salt: 'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8',
  generation: 7,
  subject: 'user-1',
} as const

async function issued(changes: object = {}): Promise<Credential> {
  const credential = parseCredential(await issueCredential({ ...record, ...changes }, secrets))
  if (credential === undefined) throw new Error('unreadable')
  return credential
}

describe('issueCredential()', () => {
  it('derives the secret as documented, so that no release changes it unseen', async () => {
    const key = Buffer.from(hkdfSync('sha256', ROOT, '', 'latchkey/v1/session-credential/1', 32))
    const framed = (text: string) => {
      const bytes = Buffer.from(text)
      const length = Buffer.alloc(4)
      length.writeUInt32BE(bytes.length)
      return Buffer.concat([length, bytes])
    }
    const changes = fc.record(
      {
        id: fc.stringMatching(/^[0-9a-f]{32}$/),
        generation: fc.integer({ min: 0, max: 2 ** 31 - 1 }),
        subject: fc.option(fc.string({ unit: 'grapheme', maxLength: 255 })),
        carrier: fc.constantFrom('cookie' as const, 'refresh' as const),
      },
      { requiredKeys: [] },
    )
    await fc.assert(
      fc.asyncProperty(changes, async (changed) => {
        const ground = { ...record, ...changed }
        const generation = Buffer.alloc(8)
        generation.writeBigUInt64BE(BigInt(ground.generation))
        const input = Buffer.concat([
          framed(ground.carrier),
          Buffer.from(ground.id, 'hex'),
          generation,
          Buffer.from(ground.salt, 'base64url'),
          framed(ground.subject ?? ''),
        ])
        const secret = createHmac('sha256', key).update(input).digest('base64url')
        const prefix = ground.carrier === 'cookie' ? 'lks' : 'lkr'
        expect(await issueCredential(ground, secrets)).toBe(`${prefix}_${ground.id}.${ground.generation}.${secret}`)
      }),
    )
  })

  it('names the carrier by a prefix that scanners find', async () => {
    expect(await issueCredential({ ...record, carrier: 'refresh' }, secrets)).toMatch(/^lkr_[0-9a-f]{32}\.7\./)
  })
})

describe('verifyCredential()', () => {
  it('accepts what was issued for the record', async () => {
    expect(await verifyCredential(await issued(), record, secrets)).toBe(true)
    expect(await verifyCredential(await issued({ subject: null }), { ...record, subject: null }, secrets)).toBe(true)
  })

  it('tells the genuine credential of another generation, which is not current', async () => {
    expect(await verifyCredential(await issued({ generation: 6 }), record, secrets)).toBe(true)
  })

  it.each([
    ['salt', { salt: 'BAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8' }],
    ['key', { keyId: 2 }],
    ['subject', { subject: 'user-2' }],
    ['subject, from nobody', { subject: null }],
    ['carrier', { carrier: 'refresh' }],
    ['id', { id: 'ff112233445566778899aabbccddeeff' }],
  ] as const)('refuses it for a record with another %s', async (_, changes) => {
    expect(await verifyCredential(await issued(), { ...record, ...changes }, secrets)).toBe(false)
    // The MAC itself differs as well, not only the visible part.
    const { id, carrier } = { ...record, ...changes }
    expect(await verifyCredential({ ...(await issued()), id, carrier }, { ...record, ...changes }, secrets)).toBe(false)
  })

  it('refuses any flipped bit', async () => {
    const genuine = await issued()
    for (let bit = 0; bit < 256; bit += 1) {
      const bytes = Buffer.from(genuine.secret, 'base64url')
      bytes[bit >> 3] = (bytes[bit >> 3] as number) ^ (1 << (bit & 7))
      expect(await verifyCredential({ ...genuine, secret: bytes.toString('base64url') }, record, secrets)).toBe(false)
    }
    expect(await verifyCredential({ ...genuine, generation: 8 }, record, secrets)).toBe(false)
  })

  it('does not confuse where one field ends and the next begins', async () => {
    const seen = new Set<string>()
    for (const subject of ['a', 'aa', 'a\u0000', '', null]) seen.add((await issued({ subject })).secret)
    // The empty subject cannot log in, so it may share its secret with nobody's.
    expect(seen.size).toBe(4)
  })
})

describe('parseCredential()', () => {
  const good = `lks_${record.id}.7.${'A'.repeat(43)}`

  it('takes a credential apart', () => {
    expect(parseCredential(good)).toEqual({
      carrier: 'cookie',
      id: record.id,
      generation: 7,
      secret: 'A'.repeat(43),
    })
    expect(parseCredential(good.replace('.7.', '.2147483647.'))?.generation).toBe(2 ** 31 - 1)
  })

  it.each([
    '',
    'lks_',
    good.toUpperCase(),
    good.replace('lks', 'lkx'),
    good.replace('.7.', '.07.'),
    good.replace('.7.', '.-7.'),
    good.replace('.7.', '.7e0.'),
    good.replace('.7.', '.2147483648.'),
    good.replace('.7.', '.99999999999.'),
    good.replace('.7.', '.\u0667.'),
    good.slice(0, -1),
    `${good}A`,
    `${good}=`,
    ` ${good}`,
    `${good}\n`,
    `"${good}"`,
    // Unused bits that are not zero would be a second spelling of the same secret.
    `${good.slice(0, -1)}B`,
    good.replace('00112233', '0011223g'),
    'x'.repeat(1_000_000),
  ])('refuses %.60j', (text) => {
    expect(parseCredential(text)).toBeUndefined()
  })

  it('knows one spelling for each credential', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 16, maxLength: 16 }),
        fc.nat(2 ** 31 - 1),
        fc.uint8Array({ minLength: 32, maxLength: 32 }),
        (id, generation, bytes) => {
          const secret = Buffer.from(bytes).toString('base64url')
          const text = `lkr_${toSessionId(id)}.${generation}.${secret}`
          const parsed = parseCredential(text)
          expect(parsed).toEqual({ carrier: 'refresh', id: toSessionId(id), generation, secret })
        },
      ),
    )
  })

  it('throws for no text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(parseCredential(text)).toBeUndefined()
      }),
    )
  })
})

describe('isSessionId()', () => {
  it('knows its own spelling alone', () => {
    expect(isSessionId(toSessionId(new Uint8Array(16).fill(171)))).toBe(true)
    for (const other of [record.id.toUpperCase(), record.id.slice(1), `${record.id}0`, '', null, 1, `${record.id}\n`])
      expect(isSessionId(other)).toBe(false)
  })
})
