import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { harden, isStrictJson, parseStrictJson as parse, readStrictJson } from './strict-json.ts'

function keysOf(text: string): string | undefined {
  const value = parse(text)
  return value && Object.keys(value).join()
}

function nested(levels: number, open: string, close: string): string {
  return `{"a":${open.repeat(levels - 1)}1${close.repeat(levels - 1)}}`
}

describe('parseStrictJson()', () => {
  it('reads an object', () => {
    expect(parse('{"a":[1,-0.5e3,true,null,"\\u00e9:{"],"":{}}')).toEqual({ a: [1, -500, true, null, 'é:{'], '': {} })
  })

  it('gives frozen values without a prototype, at every depth', () => {
    const value = parse('{"a":{"b":[{}]},"constructor":{"prototype":{"isAdmin":true}}}') as {
      a: { b: readonly object[] }
      toString?: unknown
    }
    for (const object of [value, value.a, value.a.b[0]]) {
      expect(Object.getPrototypeOf(object)).toBeNull()
      expect(Object.isFrozen(object)).toBe(true)
    }
    expect(Object.isFrozen(value.a.b)).toBe(true)
    expect(value.toString).toBeUndefined()
    expect('isAdmin' in {}).toBe(false)
  })

  it.each([
    ['nothing', ''],
    ['a byte order mark', '\ufeff{}'],
    ['an array', '[]'],
    ['null', 'null'],
    ['a number', '1'],
    ['a string', '"{}"'],
    ['two values', '{}{}'],
    ['a comment', '{/**/}'],
    ['a trailing comma', '{"a":1,}'],
    ['single quotes', "{'a':1}"],
    ['NaN', '{"a":NaN}'],
    ['a control character in a string', '{"a":"\n"}'],
    ['a number beyond a double', '{"a":1e400}'],
    ['a negative number beyond a double', '{"a":{"b":[-1e400]}}'],
    ['a number of 400 digits', `{"a":${'9'.repeat(400)}}`],
    ['a lone surrogate in a string', '{"a":"\\ud800"}'],
    ['a lone surrogate as it is', '{"a":"\ud800"}'],
    ['a lone surrogate in a name', '{"\\udc00":1}'],
    ['surrogates in the wrong order', '{"a":"\\udc00\\ud800"}'],
    ['a __proto__ member', '{"__proto__":{"sub":"admin"}}'],
    ['an escaped __proto__ member', '{"a":{"\\u005f_proto__":1}}'],
    ['a name with a reverse solidus', '{"a\\\\b":1}'],
    ['a name with an escaped reverse solidus', '{"a":{"\\u005c":1}}'],
    ['the same name twice', '{"a":1,"a":1}'],
    ['the same name twice, once escaped', '{"sub":1,"\\u0073ub":2}'],
    ['the same name twice, deep down', '{"x":[{"y":{"a":1,"b":2,"a":3}}]}'],
    ['the same name twice, after a string full of colons', '{"x":":\\":{:","a":1,"a":2}'],
    ['a name three times, beside a string with a colon', '{"a":":","a":":","a":":"}'],
  ])('refuses %s', (_, text) => {
    expect(parse(text)).toBeUndefined()
  })

  it('allows the same name in different objects', () => {
    expect(parse('{"a":{"a":1},"b":[{"a":1},{"a":2}]}')).toEqual({ a: { a: 1 }, b: [{ a: 1 }, { a: 2 }] })
  })

  it('reads 16 levels and no more', () => {
    expect(parse(nested(16, '[', ']'))).toBeDefined()
    expect(parse(nested(17, '[', ']'))).toBeUndefined()
    expect(parse(nested(16, '{"a":', '}'))).toBeDefined()
    expect(parse(nested(17, '{"a":', '}'))).toBeUndefined()
    expect(parse(nested(100_000, '[', ']'))).toBeUndefined()
  })

  it('reads 256 members in all and no more', () => {
    const members = (count: number): string => Array.from({ length: count }, (_, index) => `"m${index}":0`).join(',')
    expect(parse(`{"a":{${members(255)}}}`)).toBeDefined()
    expect(parse(`{"a":{${members(256)}}}`)).toBeUndefined()
  })

  it('agrees with JSON.parse on what it accepts', () => {
    const text = fc.oneof(
      fc.json(),
      fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 8 }).map((value) => JSON.stringify(value)),
      fc.tuple(fc.json(), fc.nat(), fc.constantFrom(...'"\\:{}[],')).map(([json, at, extra]) => {
        const index = at % (json.length + 1)
        return json.slice(0, index) + extra + json.slice(index)
      }),
    )
    let accepted = 0
    fc.assert(
      fc.property(text, (json) => {
        const value = parse(json)
        if (value === undefined) return
        accepted += 1
        expect(JSON.stringify(value)).toBe(JSON.stringify(JSON.parse(json)))
      }),
      { numRuns: 2_000 },
    )
    expect(accepted).toBeGreaterThan(200)
  })

  it('reads whatever JSON.stringify writes for a plain object within the limits', () => {
    const value = fc.dictionary(
      fc
        .string({ unit: 'grapheme' })
        .filter((name) => name !== '__proto__' && name.isWellFormed() && !name.includes('\\')),
      fc.oneof(fc.string({ unit: 'grapheme' }), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.boolean()),
      { maxKeys: 20 },
    )
    fc.assert(
      fc.property(value, (object) => {
        const json = JSON.stringify(object)
        expect(JSON.stringify(parse(json))).toBe(json)
      }),
    )
  })

  it.each(['', 'a', '\\"', '\\\\', '\\\\\\"', ':', '\\":', '\\"\\"{'])(
    'tells where a string ends that holds %s',
    (part) => {
      expect(parse(`{"a":"${part}","b":"${part}${part}"}`)).toEqual({
        a: JSON.parse(`"${part}"`),
        b: JSON.parse(`"${part}${part}"`),
      })
      expect(parse(`{"a":"${part}","b":"${part}${part}","a":0}`)).toBeUndefined()
    },
  )

  it('has no name from another text, whatever was parsed before', () => {
    const names = ['"', '":', '\\"', '\\', '\\\\', 'a\\"', 'a"', 'a":', '\\u00', 'e', '\u00e9']
    const spell = (name: string): string[] => [
      JSON.stringify(name),
      `"${Array.from(name, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`).join('')}"`,
    ]
    for (const before of names) {
      for (const name of names) {
        for (const spelling of spell(name)) {
          JSON.parse(`{"h":0,${JSON.stringify(before)}:0}`)
          expect([undefined, ['h', name].join()]).toContain(keysOf(`{"h":0,${spelling}:0}`))
          expect(parse(`{"h":0,${spelling}:0,${JSON.stringify(name)}:0}`)).toBeUndefined()
        }
      }
    }
  })

  it('never throws, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        parse(text)
        parse(`{${text}}`)
      }),
    )
  })
})

describe('readStrictJson()', () => {
  it('takes and refuses what parseStrictJson does, and gives the same when it is hardened', () => {
    const text = fc.oneof(
      fc.json(),
      fc.constantFrom('{"a":1,"a":1}', '{"a":{"__proto__":1}}', '{"a":[1e999]}', '[]', '{'),
    )
    fc.assert(
      fc.property(text, (json) => {
        const [soft, strict] = [readStrictJson(json), parse(json)]
        expect(soft && harden(soft)).toEqual(strict)
        expect(soft === undefined || Object.isFrozen(soft)).toBe(true)
      }),
    )
  })
})

describe('isStrictJson()', () => {
  it('tells of what JSON.stringify writes whether it is read', () => {
    const units = ['a', '"', ':', '\\', 'ud', '\ud800', '\udc00', '\u{1f600}', '\n', ' ']
    const text = fc.string({ unit: fc.constantFrom(...units), maxLength: 6 })
    // Where some releases of V8 have read a name that is a reverse solidus, they read a quote for it as well: each is given a beginning of its own.
    const name = text.map((rest) => (rest.includes('\\') ? `r${rest}` : `p${rest}`))
    const value = fc.letrec((tie) => ({
      node: fc.oneof({ maxDepth: 3 }, text, fc.integer(), fc.constant(null), tie('list'), tie('object')),
      list: fc.array(tie('node'), { maxLength: 3 }),
      object: fc.dictionary(name, tie('node'), { maxKeys: 4 }),
    })).object
    let refused = 0
    fc.assert(
      fc.property(value, (object) => {
        const json = JSON.stringify(object)
        const readable = parse(json) !== undefined
        if (!readable) refused += 1
        expect(isStrictJson(json)).toBe(readable)
      }),
      { numRuns: 2_000 },
    )
    expect(refused).toBeGreaterThan(100)
  })

  it.each([1, 2, 3])('counts the members where %s characters make a name', (length) => {
    const nameOf = (index: number): string => String(index).padStart(length, '0')
    const parts = (count: number): object =>
      Array.from({ length: Math.ceil(count / 10) }, (_, at) =>
        Object.fromEntries(
          Array.from({ length: Math.min(10, count - at * 10) }, (_unused, index) => [nameOf(index), 0]),
        ),
      )
    const verdicts = [200, 254, 255, 256, 400].map((count) => {
      const json = JSON.stringify({ '': parts(count) })
      expect(isStrictJson(json)).toBe(parse(json) !== undefined)
      return isStrictJson(json)
    })
    expect(verdicts).toEqual([true, true, true, false, false])
  })
})
