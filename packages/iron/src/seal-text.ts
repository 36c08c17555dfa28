/**
 * The form of a seal: `Fe26.2*id*salt*iv*ciphertext*expiration*salt*mac~2`, in one spelling.
 *
 * @module
 */

/** A seal of the right form, not yet opened. */
export interface SealText {
  /** The whole of it. */
  readonly text: string
  /** The id of the password that it says it was made with. */
  readonly passwordId: number
  /** When it says that it ends, in epoch milliseconds. Part of what its MAC covers. */
  readonly expiresAt: number
  /** What the key of the cipher is derived with: 64 hexadecimal digits. */
  readonly salt: string
  /** The initial vector, in base64url. */
  readonly iv: string
  /** Whole blocks of the cipher, in base64url. */
  readonly ciphertext: string
  /** What the MAC covers: all of it but the last two fields. */
  readonly signed: string
  /** What the key of the MAC is derived with: 64 hexadecimal digits. */
  readonly macSalt: string
  /** The MAC, in base64url. */
  readonly mac: string
}

/** No browser keeps a longer cookie. */
const MAX_LENGTH = 4_096
const MAX_PASSWORD_ID = 2 ** 31 - 1
const GRAMMAR =
  /^Fe26\.2\*(0|[1-9]\d{0,9})\*([0-9a-f]{64})\*([\w-]{21}[AQgw])\*([\w-]+)\*([1-9]\d{0,15})\*([0-9a-f]{64})\*([\w-]{42}[AEIMQUYcgkosw048])~2$/
const AES_BLOCK = 16
const HEX_SALT = 64
const IV = 22
const MAC = 43
const EXPIRATION = 13

/**
 * Parses a seal. What iron tolerates besides is refused: another or no version suffix, characters after it, base64url with unused
 * bits or padding, a seal that never ends. So each seal has one spelling, and may be remembered by it.
 *
 * @returns Undefined for anything else, of any length; nothing is thrown.
 */
export function parseSealText(text: string): SealText | undefined {
  if (text.length > MAX_LENGTH) return undefined
  const fields = GRAMMAR.exec(text)
  if (fields === null) return undefined
  const [, id, salt = '', iv = '', ciphertext = '', expiration, macSalt = '', mac = ''] = fields
  const passwordId = Number(id)
  const expiresAt = Number(expiration)
  if (passwordId > MAX_PASSWORD_ID || !Number.isSafeInteger(expiresAt) || !isBlocks(ciphertext)) return undefined
  const signed = text.slice(0, -'**~2'.length - HEX_SALT - MAC)
  return { text, passwordId, expiresAt, salt, iv, ciphertext, signed, macSalt, mac }
}

/**
 * Computes how many characters the seal of so many bytes has.
 *
 * @param bytes The sealed JSON in UTF-8.
 */
export function sealTextLength(bytes: number, passwordId: number): number {
  const ciphertext = (Math.floor(bytes / AES_BLOCK) + 1) * AES_BLOCK
  const fields = [
    'Fe26.2'.length,
    String(passwordId).length,
    HEX_SALT,
    IV,
    Math.ceil((ciphertext * 4) / 3),
    EXPIRATION,
    HEX_SALT,
    MAC,
  ]
  return fields.reduce((sum, length) => sum + length, 0) + fields.length - 1 + '~2'.length
}

/** Tells whether text is the canonical base64url of whole cipher blocks. */
function isBlocks(text: string): boolean {
  if (Math.floor((text.length * 3) / 4) % AES_BLOCK !== 0) return false
  const remainder = text.length % 4
  if (remainder === 0) return true
  return remainder === 2 ? /[AQgw]$/.test(text) : remainder === 3 && /[AEIMQUYcgkosw048]$/.test(text)
}
