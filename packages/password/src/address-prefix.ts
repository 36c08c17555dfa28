/**
 * Client addresses as limits count them.
 *
 * @module
 */

import { isIP } from 'node:net'

const MAPPED_IPV4 = '0:0:0:0:0:ffff'

/**
 * Gives the prefix that one client has to itself, in one spelling: an IPv4 address as a whole, an IPv6 address its first 64 bits, because
 * a client chooses the rest freely. An IPv4 address written as IPv6 (`::ffff:192.0.2.1`) is that IPv4 address. A zone (`%eth0`) is dropped.
 *
 * @param address The address of the socket, or the one hop of a forwarding header that the application trusts. Never such a header as sent.
 * @returns `unknown` for what is no address: all such clients share one limit.
 */
export function parseAddressPrefix(address: unknown): string {
  if (typeof address !== 'string' || address.length > 100) return 'unknown'
  const version = isIP(address)
  if (version === 4) return address
  if (version !== 6) return 'unknown'
  const groups = expandIpv6(address)
  if (groups.slice(0, 6).join(':') === MAPPED_IPV4) return toIpv4(groups.slice(6))
  return `${groups.slice(0, 4).join(':')}::/64`
}

/** The eight groups of a valid IPv6 address, in lower case and without leading zeros. */
function expandIpv6(address: string): string[] {
  const [head = '', tail] = withoutIpv4((address.split('%')[0] ?? '').toLowerCase()).split('::')
  const before = toGroups(head)
  const after = toGroups(tail ?? '')
  const missing = tail === undefined ? 0 : 8 - before.length - after.length
  return [...before, ...Array.from({ length: missing }, () => '0'), ...after]
}

/** The same address with its last 32 bits in hex, where they are written as IPv4. */
function withoutIpv4(address: string): string {
  const at = address.lastIndexOf(':') + 1
  if (!address.includes('.', at)) return address
  const [a = 0, b = 0, c = 0, d = 0] = address.slice(at).split('.').map(Number)
  return `${address.slice(0, at)}${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`
}

function toGroups(text: string): string[] {
  return text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16).toString(16))
}

function toIpv4(groups: readonly string[]): string {
  return groups
    .map((group) => Number.parseInt(group, 16))
    .flatMap((bits) => [bits >> 8, bits & 255])
    .join('.')
}
