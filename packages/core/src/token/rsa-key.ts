/**
 * Which RSA keys are fit for signatures.
 *
 * @module
 */

import { ConfigError } from '../faults.ts'

const MIN_BITS = 2_048
const MAX_BITS = 8_192
const MIN_EXPONENT = 65_537n
const MAX_EXPONENT_BYTES = 8

/** The odd primes up to 167. */
const PRIMES =
  '3 5 7 11 13 17 19 23 29 31 37 41 43 47 53 59 61 67 71 73 79 83 89 97 101 103 107 109 113 127 131 137 139 149 151 157 163 167'
    .split(' ')
    .map(Number)

/**
 * Checks the public half of an RSA key: a modulus of 2048 (RFC 7518 section 3.3) to 8192 bits, for a longer one would make
 * every verification slow; an odd exponent from 65537 to 2^64 (NIST FIPS 186-5 section A.1.1 begins there too); and no key of
 * the chips whose primes can be guessed (ROCA, CVE-2017-15361). That the modulus is a product of two primes is not checked.
 *
 * @param modulus Big-endian, without leading zeros.
 * @throws {ConfigError} `<path>.n` or `<path>.e`.
 */
export function checkRsaKey(path: string, modulus: Uint8Array, exponent: Uint8Array): void {
  const n = toBigInt(modulus)
  const bits = n.toString(2).length
  if (bits < MIN_BITS || bits > MAX_BITS)
    throw new ConfigError(`${path}.n`, `must be of ${MIN_BITS} to ${MAX_BITS} bits`)
  const e = toBigInt(exponent)
  if (exponent.length > MAX_EXPONENT_BYTES || e < MIN_EXPONENT || e % 2n === 0n) {
    throw new ConfigError(`${path}.e`, 'must be odd and at least 65537')
  }
  if (PRIMES.every((prime) => isPowerOf65537(Number(n % BigInt(prime)), prime))) {
    throw new ConfigError(`${path}.n`, 'must not be a key that can be guessed (ROCA)')
  }
}

/** Tells whether a residue is a power of 65537, as the modulus of a guessable key is for every small prime. */
function isPowerOf65537(residue: number, prime: number): boolean {
  for (let power = 1, count = 0; count < prime; count += 1) {
    if (power === residue) return true
    power = (power * 65_537) % prime
  }
  return false
}

function toBigInt(bytes: Uint8Array): bigint {
  return BigInt(`0x0${Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')}`)
}
