/**
 * The cryptography of the platform by its types: the Web Cryptography API, and what is called of `node:crypto` where there
 * is one, described by its shape, so that no type of Node is needed.
 *
 * @module
 */

/** A key of the Web Cryptography API, whatever type library declares it. */
export type CryptoKey = Awaited<ReturnType<typeof crypto.subtle.importKey>>

/** A `KeyObject`. */
export interface NodeKey {
  /** `secret`, `public` or `private`. */
  readonly type: string
  /** The bytes of a secret. */
  export(): Uint8Array
}

/** A callback of `sign` and `verify`, called when the thread pool is done. */
type Done<Result> = (error: Error | null, result: Result) => void

/** The functions of `node:crypto` that are called. */
export interface NodeCrypto {
  /** Turns keys of the Web Cryptography API into its own. */
  readonly KeyObject: { from(key: CryptoKey): NodeKey }
  /** Makes a key of bytes. */
  createSecretKey(bytes: Uint8Array): NodeKey
  /** A hash of bytes, as one character for each of its own. */
  hash(hash: string, input: Uint8Array, encoding: 'latin1'): string
  /** Encrypts, and adds PKCS #7 padding. */
  createCipheriv(cipher: string, key: NodeKey, iv: Uint8Array): NodeCipher
  /** Decrypts, and takes the padding off; `final` throws where that is wrong. */
  createDecipheriv(cipher: string, key: NodeKey, iv: Uint8Array): NodeCipher
  /** Compares bytes of one length in constant time. */
  timingSafeEqual(one: Uint8Array, other: Uint8Array): boolean
  /** HKDF (RFC 5869). */
  hkdfSync(hash: string, key: Uint8Array, salt: Uint8Array, info: Uint8Array, length: number): ArrayBuffer
  /** Signs on the thread pool. */
  sign(hash: string | null, input: Uint8Array, key: NodeSigningKey, done: Done<Uint8Array<ArrayBuffer>>): void
  /** Checks a signature on the thread pool. */
  verify(hash: string | null, input: Uint8Array, key: NodeSigningKey, signature: Uint8Array, done: Done<boolean>): void
}

/** A cipher at work: whole blocks as they are known, and what `final` adds. */
interface NodeCipher {
  update(input: Uint8Array): Uint8Array<ArrayBuffer>
  final(): Uint8Array<ArrayBuffer>
}

/** A key, alone or with how RSA pads with it. Alone it costs `node:crypto` a quarter of the time. */
export type NodeSigningKey = NodeKey | { readonly key: NodeKey; readonly padding: number; readonly saltLength: number }
