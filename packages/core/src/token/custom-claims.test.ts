import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { UsageError } from '../faults.ts'
import { copyCustomClaims } from './custom-claims.ts'
import { parseStrictJson } from './strict-json.ts'

function reasonOf(claims: unknown): string {
  try {
    copyCustomClaims(claims)
  } catch (error) {
    if (error instanceof UsageError) return error.reason
    throw error
  }
  return 'none'
}

describe('copyCustomClaims()', () => {
  it('copies plain JSON, and shares no object with it', () => {
    const claims = { roles: ['admin'], tenant: { id: 1, name: null }, zero: -0 }
    const copy = copyCustomClaims(claims)
    claims.roles.push('root')
    expect(copy).toEqual({ roles: ['admin'], tenant: { id: 1, name: null }, zero: 0 })
    expect(copyCustomClaims(undefined)).toEqual({})
  })

  it.each([
    'iss',
    'sub',
    'aud',
    'exp',
    'nbf',
    'iat',
    'jti',
    'client_id',
    'scope',
    'auth_time',
    'acr',
    'amr',
    'sid',
    'cnf',
  ])('refuses the reserved name %s', (name) => {
    expect(reasonOf({ [name]: 'x' })).toBe('argument')
    expect(reasonOf({ [name]: undefined })).toBe('argument')
    expect(reasonOf({ nested: { [name]: 'x' } })).toBe('none')
  })

  it.each([[null], ['text'], [1], [[]], [new Map()], [new Date(0)]])(
    'refuses claims that are no plain object: %#',
    (claims) => {
      expect(reasonOf(claims)).toBe('argument')
    },
  )

  it.each<[string, unknown]>([
    ['undefined', undefined],
    ['NaN', Number.NaN],
    ['infinity', Infinity],
    ['a bigint', 1n],
    ['a symbol', Symbol('x')],
    ['a function', () => 1],
    ['a date', new Date(0)],
    ['a map', new Map()],
    ['bytes', new Uint8Array(1)],
    ['an object with toJSON', { toJSON: () => 'x' }],
    ['a hole', Array.from({ length: 1 })],
    ['a lone surrogate', '\ud800'],
    ['a lone surrogate in a name', { '\ud800': 1 }],
    ['a reverse solidus in a name', { '\\"': 1 }],
    ['a symbol as a name', { [Symbol('x')]: 1 }],
    ['__proto__', JSON.parse('{"__proto__":1}')],
  ])('refuses %s', (_, value) => {
    expect(reasonOf({ a: value })).toBe('value_not_json')
    expect(reasonOf({ a: [{ b: value }] })).toBe('value_not_json')
  })

  it('refuses a cycle', () => {
    const claims: Record<string, unknown> = {}
    claims['self'] = claims
    expect(reasonOf(claims)).toBe('value_not_json')
  })

  it('names the path and not the value', () => {
    expect(() => copyCustomClaims({ a: [{ b: Symbol('SECRET') }] })).toThrow(/"claims\.a\[0\]\.b"(?!.*SECRET)/)
  })

  it('accepts as many levels as a verifier reads', () => {
    const nest = (levels: number): unknown => JSON.parse(`{"a":${'['.repeat(levels - 1)}${']'.repeat(levels - 1)}}`)
    for (const levels of [16, 17]) {
      const readable = parseStrictJson(JSON.stringify(nest(levels))) !== undefined
      expect([levels, reasonOf(nest(levels))]).toEqual([levels, readable ? 'none' : 'value_not_json'])
      expect(readable).toBe(levels === 16)
    }
  })

  it('gives what JSON writes and a strict reader reads back unchanged', () => {
    const claims = fc.dictionary(fc.string({ unit: 'binary' }), fc.anything({ maxDepth: 3 }), { maxKeys: 5 })
    let accepted = 0
    fc.assert(
      fc.property(claims, (value) => {
        if (reasonOf(value) !== 'none') return
        accepted += 1
        const copy = copyCustomClaims(value)
        expect({ ...parseStrictJson(JSON.stringify(copy)) }).toEqual(JSON.parse(JSON.stringify(copy)))
      }),
      { numRuns: 1_000 },
    )
    expect(accepted).toBeGreaterThan(50)
  })
})
