import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseAddressPrefix } from './address-prefix.ts'

describe('parseAddressPrefix()', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::FFFF:c000:0201', '192.0.2.1'],
    ['0:0:0:0:0:ffff:192.0.2.1', '192.0.2.1'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['2001:0DB8:0000:0000:0000:0000:0000:0001', '2001:db8:0:0::/64'],
    ['2001:db8:0:0:ffff:ffff:ffff:ffff', '2001:db8:0:0::/64'],
    ['2001:db8:0:1::1', '2001:db8:0:1::/64'],
    ['2001:db8:a:b:c:d:e::', '2001:db8:a:b::/64'],
    ['64:ff9b::192.0.2.1', '64:ff9b:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['::', '0:0:0:0::/64'],
  ])('gives %s the prefix %s', (address, prefix) => {
    expect(parseAddressPrefix(address)).toBe(prefix)
  })

  it.each([
    [undefined],
    [null],
    [''],
    ['localhost'],
    ['192.0.2.1, 198.51.100.1'],
    ['192.0.2.1:443'],
    ['192.0.2.01'],
    ['[2001:db8::1]'],
    ['2001:db8::1::2'],
    [' 192.0.2.1'],
    ['1'.repeat(1_000_000)],
    [3_221_225_985],
  ])('puts what is no address into one prefix: %o', (address) => {
    expect(parseAddressPrefix(address)).toBe('unknown')
  })

  it('gives every spelling and every host of a network one prefix', () => {
    const group = fc.integer({ min: 0, max: 0xff_ff })
    fc.assert(
      fc.property(
        fc.array(group, { minLength: 4, maxLength: 4 }),
        fc.array(group, { minLength: 4, maxLength: 4 }),
        fc.array(group, { minLength: 4, maxLength: 4 }),
        (network, host, other) => {
          fc.pre(network.some((value) => value !== 0))
          const plain = [...network, ...host].map((value) => value.toString(16)).join(':')
          const padded = [...network, ...other]
            .map((value) => value.toString(16).padStart(4, '0').toUpperCase())
            .join(':')
          const compressed = `${network.map((value) => value.toString(16)).join(':')}::`
          const prefix = parseAddressPrefix(plain)
          expect(prefix).toBe(`${network.map((value) => value.toString(16)).join(':')}::/64`)
          expect([parseAddressPrefix(padded), parseAddressPrefix(compressed)]).toEqual([prefix, prefix])
          // Canonical by the URL parser, which knows IPv6 independently.
          const canonical = new URL(`http://[${plain}]/`).hostname.slice(1, -1)
          expect(parseAddressPrefix(canonical)).toBe(prefix)
        },
      ),
    )
  })

  it('gives every IPv4 address the same as its IPv6 spelling', () => {
    fc.assert(
      fc.property(fc.ipV4(), (address) => {
        expect(parseAddressPrefix(`::ffff:${address}`)).toBe(address)
        expect(parseAddressPrefix(address)).toBe(address)
      }),
    )
  })
})
