import { describe, expect, it } from 'vitest'
import { parseDuration } from './duration.ts'
import { ConfigError } from './faults.ts'

describe('parseDuration()', () => {
  it.each([
    [1, 1_000],
    [0.5, 500],
    ['90s', 90_000],
    ['15m', 900_000],
    ['12h', 43_200_000],
    ['30d', 2_592_000_000],
    ['400d', 34_560_000_000],
  ])('reads %j as %i milliseconds', (duration, milliseconds) => {
    expect(parseDuration('x', duration)).toBe(milliseconds)
  })

  it.each([
    0,
    -1,
    '0s',
    Number.NaN,
    Infinity,
    -Infinity,
    '401d',
    34_560_001,
    '',
    '15',
    '15 m',
    '1.5h',
    '-1s',
    '15M',
    '1w',
    '1e3s',
    null,
    true,
    {},
    [],
    10n,
    '٣s',
  ])('refuses %s', (duration) => {
    expect(() => parseDuration('tokens.lifetime', duration)).toThrow(ConfigError)
  })

  it('names the option', () => {
    expect(() => parseDuration('tokens.lifetime', 'soon')).toThrow(
      expect.objectContaining({ option: 'tokens.lifetime', code: 'ERR_CONFIG' }),
    )
  })

  it('admits zero only where the range does', () => {
    expect(parseDuration('x', 0, { min: 0, max: 60_000 })).toBe(0)
    expect(() => parseDuration('x', -0.001, { min: 0 })).toThrow(ConfigError)
    expect(() => parseDuration('x', '61s', { min: 0, max: 60_000 })).toThrow(ConfigError)
  })
})
