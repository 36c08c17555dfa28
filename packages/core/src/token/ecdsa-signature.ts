/**
 * ECDSA signatures in their two forms: two numbers of fixed length side by side, as tokens have them (RFC 7518 section 3.4),
 * and a DER sequence of two integers (RFC 3279 section 2.2.3), which OpenSSL is fastest with.
 *
 * @module
 */

/**
 * Converts a signature of two numbers to DER.
 *
 * @param size The bytes of one number.
 * @returns Undefined unless the signature is exactly two numbers long. The numbers are not judged.
 */
export function toDerSignature(signature: Uint8Array, size: number): Uint8Array<ArrayBuffer> | undefined {
  if (signature.length !== 2 * size) return undefined
  const r = toInteger(signature.subarray(0, size))
  const s = toInteger(signature.subarray(size))
  const length = r.padding + r.bytes.length + s.padding + s.bytes.length + 4
  const long = length > 127
  const der = new Uint8Array(length + (long ? 3 : 2))
  der[0] = 0x30
  if (long) der[1] = 0x81
  let at = long ? 3 : 2
  der[at - 1] = length
  for (const { padding, bytes } of [r, s]) {
    der[at] = 0x02
    der[at + 1] = padding + bytes.length
    der.set(bytes, (at += 2 + padding))
    at += bytes.length
  }
  return der
}

/** Converts a signature in DER, as the platform made it, to two numbers of `size` bytes each. */
export function fromDerSignature(der: Uint8Array, size: number): Uint8Array<ArrayBuffer> {
  const signature = new Uint8Array(2 * size)
  let at = der[1] === 0x81 ? 3 : 2
  for (const end of [size, 2 * size]) {
    const length = der[at + 1] as number
    const integer = der.subarray(at + 2, at + 2 + length)
    const digits = integer[0] === 0 ? integer.subarray(1) : integer
    signature.set(digits, end - digits.length)
    at += 2 + length
  }
  return signature
}

/** A number as DER writes it: without leading zeros, and with one where it would look negative. */
function toInteger(number: Uint8Array): { readonly padding: 0 | 1; readonly bytes: Uint8Array } {
  let start = 0
  while (start < number.length - 1 && number[start] === 0) start += 1
  return { padding: (number[start] as number) > 127 ? 1 : 0, bytes: number.subarray(start) }
}
