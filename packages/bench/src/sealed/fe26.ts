/**
 * The least that `Fe26.2` takes: its bytes by the calls that `node:crypto` has for them, synchronously.
 *
 * @module
 */

import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  pbkdf2Sync,
  randomBytes,
  timingSafeEqual,
  type KeyObject,
} from 'node:crypto'

/** What is sealed in every case. */
export const VALUES: { name: string; cart: { id: number; count: number }[] } = {
  name: 'Ada',
  cart: [{ id: 7, count: 2 }],
}
/** With what, by all who speak `Fe26.2`. */
export const PASSWORD = 'a password of thirty-two characters'
/** For so many seconds. */
export const TTL = 3_600

// As a key object: raw bytes cost more at each use.
const deriveKey = (password: string, salt: string): KeyObject =>
  createSecretKey(pbkdf2Sync(password, salt, 1, 32, 'sha1'))

/** Opens a seal; undefined when it is forged. Looks at no expiry, and at no spelling. */
export function unsealFloor(seal: string, password: string): unknown {
  const [text = ''] = seal.split('~')
  const parts = text.split('*')
  const [prefix, id, salt = '', iv = '', sealed = '', expiry, macSalt = '', mac = ''] = parts
  const signed = `${prefix}*${id}*${salt}*${iv}*${sealed}*${expiry}`
  const expected = createHmac('sha256', deriveKey(password, macSalt)).update(signed).digest()
  const given = Buffer.from(mac, 'base64url')
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined
  const cipher = createDecipheriv('aes-256-cbc', deriveKey(password, salt), Buffer.from(iv, 'base64url'))
  const plain = Buffer.concat([cipher.update(Buffer.from(sealed, 'base64url')), cipher.final()])
  return JSON.parse(plain.toString()) as unknown
}

/**
 * Makes a seal.
 *
 * @param ttl Seconds.
 */
export function sealFloor(values: unknown, password: string, ttl: number): string {
  const [salt, macSalt] = [randomBytes(32).toString('hex'), randomBytes(32).toString('hex')]
  const iv = randomBytes(16)
  const cipher = createCipheriv('aes-256-cbc', deriveKey(password, salt), iv)
  const sealed = Buffer.concat([cipher.update(JSON.stringify(values)), cipher.final()])
  const expiry = Date.now() + ttl * 1_000
  const signed = `Fe26.2*1*${salt}*${iv.toString('base64url')}*${sealed.toString('base64url')}*${expiry}`
  const mac = createHmac('sha256', deriveKey(password, macSalt)).update(signed).digest('base64url')
  return `${signed}*${macSalt}*${mac}~2`
}
