import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { MAX_DURATION } from '../duration.ts'
import { ConfigError } from '../faults.ts'
import { createCookie, createSessionCookie } from './cookie.ts'

const cookie = createSessionCookie({})
const one = (value: string) => ({ status: 'one', value })
const NONE = { status: 'none' }

describe('Cookie.read()', () => {
  it.each([
    ['__Host-session=v', 'v'],
    ['a=1; __Host-session=v; b=2', 'v'],
    ['__Host-session=v;a=1', 'v'],
    ['a=1;__Host-session=v', 'v'],
    ['a=1;\t__Host-session\t =\t v \t; b', 'v'],
    ['__Host-session=v=w==', 'v=w=='],
    ['__Host-session="v"', '"v"'],
    ['__Host-session=', ''],
    ['broken%; %E0%A4%A=x; __Host-session=v', 'v'],
    ['__host-session=other; __Host-session=v', 'v'],
    ['x__Host-session=a; __Host-session=v; __Host-sessiony=b', 'v'],
    ['a="x; __Host-session=v', 'v'],
    ['__proto__=1; constructor=2; __Host-session=v; __proto__=3', 'v'],
    ['caf\u00e9=\u00ff; __Host-session=v', 'v'],
  ])('finds the one cookie in %j', (header, value) => {
    expect(cookie.read(header)).toEqual(one(value))
  })

  it.each([
    null,
    '',
    ';;;',
    '__Host-session',
    'session=v',
    '__Secure-session=v',
    '__host-session=v',
    '=__Host-session=v',
    'a=__Host-session=v',
    '__Host-sessionx=v',
    '%5F%5FHost-session=v',
    '\ufeff__Host-session=v',
    '\u000b__Host-session=v',
    '\u000c__Host-session=v',
    '\u0085__Host-session=v',
    '\u00a0__Host-session=v',
    '__Host-session\u00a0=v',
    'a\n__Host-session=v',
  ])('finds none in %j', (header) => {
    expect(cookie.read(header)).toEqual(NONE)
  })

  it('refuses two different values, planted by a sibling domain', () => {
    expect(cookie.read('__Host-session=a; b=1; __Host-session=c')).toEqual({ status: 'ambiguous' })
    expect(cookie.read('__Host-session=a; __Host-session=a; __Host-session=')).toEqual({ status: 'ambiguous' })
  })

  it('takes one value sent twice for one', () => {
    expect(cookie.read('__Host-session=a; __Host-session=a')).toEqual(one('a'))
  })

  it('agrees with a plain split, for any pairs of cookies', () => {
    const text = fc.string({
      unit: fc.constantFrom('a', '_', 's', '=', ' ', '\t', '"', '%', 'session', '__Host-session'),
    })
    fc.assert(
      fc.property(fc.array(fc.tuple(text, text)), (pairs) => {
        const header = pairs.map(([name, value]) => `${name}=${value}`).join(';')
        const trim = (part: string) => part.replace(/^[ \t]+|[ \t]+$/g, '')
        const values = header
          .split(';')
          .filter((pair) => pair.includes('=') && trim(pair.slice(0, pair.indexOf('='))) === '__Host-session')
          .map((pair) => trim(pair.slice(pair.indexOf('=') + 1)))
        const expected =
          values.length === 0 ? NONE : new Set(values).size > 1 ? { status: 'ambiguous' } : one(values[0] ?? '')
        expect(cookie.read(header)).toEqual(expected)
      }),
    )
  })

  it.each([';', ' ', '__Host-session', '__Host-session ', 'a=b; '])('reads 1 MiB of %j in linear time', (unit) => {
    const header = unit.repeat(Math.ceil(2 ** 20 / unit.length))
    expect(['none', 'one', 'ambiguous']).toContain(cookie.read(header).status)
  })
})

describe('Cookie.issue()', () => {
  it('writes safe attributes by default', () => {
    expect(cookie.issue('v', 60)).toBe('__Host-session=v; Max-Age=60; Path=/; HttpOnly; Secure; SameSite=Lax')
    expect(cookie.issue('v', undefined)).toBe('__Host-session=v; Path=/; HttpOnly; Secure; SameSite=Lax')
  })

  it('writes every attribute that was asked for, and deletes with the same ones', () => {
    const wide = createSessionCookie({
      name: '__Secure-app',
      sameSite: 'none',
      domain: 'example.com',
      path: '/app',
      partitioned: true,
      priority: 'high',
    })
    const attributes = 'Path=/app; Domain=example.com; HttpOnly; Secure; SameSite=None; Partitioned; Priority=High'
    expect(wide.issue('v', 1)).toBe(`__Secure-app=v; Max-Age=1; ${attributes}`)
    expect(wide.clearing).toBe(`__Secure-app=; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT; ${attributes}`)
  })

  it('leaves out Secure and the prefix over plain http only when told so', () => {
    const plain = createSessionCookie({ insecurePlainHttp: true })
    expect(plain.issue('v', 1)).toBe('session=v; Max-Age=1; Path=/; HttpOnly; SameSite=Lax')
    expect(plain.secure).toBe(false)
  })

  it.each(['v; Domain=evil.test', 'a,b', 'a b', 'a"b', 'a\\b', 'a\u0000', 'a\u007f', 'a\r\n', 'ä'])(
    'refuses the value %j',
    (value) => {
      expect(() => cookie.issue(value, 1)).toThrow(expect.objectContaining({ code: 'ERR_USAGE' }))
    },
  )

  it.each([Number.NaN, Infinity, 1.5, 0, -1, '60'])('refuses the age %j', (maxAge) => {
    expect(() => cookie.issue('v', maxAge as number)).toThrow(expect.objectContaining({ code: 'ERR_USAGE' }))
  })

  it('refuses a line that a browser would drop', () => {
    expect(cookie.issue('v'.repeat(cookie.capacity), MAX_DURATION / 1_000)).toHaveLength(4_096)
    const room = 4_096 - cookie.issue('', 60).length
    expect(cookie.issue('v'.repeat(room), 60)).toHaveLength(4_096)
    expect(() => cookie.issue('v'.repeat(room + 1), 60)).toThrow(
      expect.objectContaining({ reason: 'cookie_too_large' }),
    )
  })
})

describe('createSessionCookie()', () => {
  afterEach(() => {
    Reflect.deleteProperty(Object.prototype, 'domain')
  })

  it.each([
    [{ name: 'a b' }, 'cookie.name'],
    [{ name: '' }, 'cookie.name'],
    [{ name: 'a=b' }, 'cookie.name'],
    [{ name: 'a\r\nSet-Cookie: evil=1' }, 'cookie.name'],
    [{ name: 's\u00efd' }, 'cookie.name'],
    [{ name: '__Host-a', domain: 'example.com' }, 'cookie.name'],
    [{ name: '__hOsT-a', path: '/x' }, 'cookie.name'],
    [{ name: '__Host-a', insecurePlainHttp: true }, 'cookie.name'],
    [{ name: '__secure-a', insecurePlainHttp: true }, 'cookie.name'],
    [{ name: '__Http-a', insecurePlainHttp: true }, 'cookie.name'],
    [{ sameSite: 'none', insecurePlainHttp: true }, 'cookie.sameSite'],
    [{ sameSite: 'None' }, 'cookie.sameSite'],
    [{ partitioned: true, insecurePlainHttp: true }, 'cookie.partitioned'],
    [{ domain: 'example.com; Path=/' }, 'cookie.domain'],
    [{ domain: '.example.com' }, 'cookie.domain'],
    [{ domain: 'com' }, 'cookie.domain'],
    [{ domain: '' }, 'cookie.domain'],
    [{ path: 'x' }, 'cookie.path'],
    [{ path: '/a;b' }, 'cookie.path'],
    [{ path: `/${'x'.repeat(1_024)}` }, 'cookie.path'],
    [{ priority: 'urgent' }, 'cookie.priority'],
    [{ secure: false }, 'cookie.secure'],
    [{ insecurePlainHttp: 'yes' }, 'cookie.insecurePlainHttp'],
  ])('refuses %j', (options, option) => {
    expect(() => createSessionCookie(options)).toThrow(ConfigError)
    expect(() => createSessionCookie(options)).toThrow(expect.objectContaining({ option }))
  })

  it('makes of every combination of attributes a cookie that browsers take, and deletes it by the same, or refuses it', () => {
    let [taken, refused] = [0, 0]
    fc.assert(
      fc.property(
        fc.record(
          {
            name: fc.constantFrom('sid', '__Host-sid', '__Secure-sid', '__host-Http-sid', '__HTTP-sid'),
            sameSite: fc.constantFrom('lax', 'strict', 'none'),
            domain: fc.constantFrom('app.test', 'eu.app.test'),
            path: fc.constantFrom('/', '/app'),
            partitioned: fc.boolean(),
            priority: fc.constantFrom('low', 'medium', 'high'),
            insecurePlainHttp: fc.boolean(),
          },
          { requiredKeys: [] },
        ),
        (options) => {
          const secure = options.insecurePlainHttp !== true
          const hostOnly = options.domain === undefined && (options.path ?? '/') === '/'
          // What a browser ignores (RFC 6265bis, "Storage Model").
          const possible =
            (secure ||
              (options.sameSite !== 'none' &&
                options.partitioned !== true &&
                options.name?.startsWith('__') !== true)) &&
            (hostOnly || !/^__host-/i.test(options.name ?? ''))
          if (!possible) {
            expect(() => createSessionCookie(options)).toThrow(ConfigError)
            refused += 1
            return
          }
          const made = createSessionCookie(options)
          const attributesOf = (line: string) =>
            line.split('; ').filter((part, index) => index > 0 && !/^(?:Max-Age|Expires)=/.test(part))
          const expected = [
            `Path=${options.path ?? '/'}`,
            ...(options.domain === undefined ? [] : [`Domain=${options.domain}`]),
            'HttpOnly',
            ...(secure ? ['Secure'] : []),
            { lax: 'SameSite=Lax', strict: 'SameSite=Strict', none: 'SameSite=None' }[options.sameSite ?? 'lax'],
            ...(options.partitioned === true ? ['Partitioned'] : []),
            ...(options.priority === undefined
              ? []
              : [{ low: 'Priority=Low', medium: 'Priority=Medium', high: 'Priority=High' }[options.priority]]),
          ]
          for (const line of [made.issue('v', 60), made.issue('v', undefined), made.clearing]) {
            expect(attributesOf(line)).toEqual(expected)
            expect(line.startsWith(`${made.name}=`)).toBe(true)
          }
          expect(made.clearing).toMatch(/^[^=]+=; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT;/)
          taken += 1
        },
      ),
      { numRuns: 1_000 },
    )
    expect(Math.min(taken, refused)).toBeGreaterThan(50)
  })

  it('deletes what others may have planted under its name, in every shape but its own', () => {
    const scopesOf = (options: object, hostnames: string[]) =>
      createSessionCookie(options)
        .clearingOthers(hostnames)
        .map((line) => {
          expect(line).toMatch(/^[\w-]+=; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Path=\/; /)
          expect(line).toContain('; HttpOnly; Secure; SameSite=Lax')
          return /; Domain=([^;]+)/.exec(line)?.[1]
        })
    expect(scopesOf({}, ['app.example.com'])).toEqual([])
    expect(scopesOf({ name: 'sid' }, ['eu.app.example.com'])).toEqual([
      'eu.app.example.com',
      'app.example.com',
      'example.com',
    ])
    expect(scopesOf({ domain: 'example.com' }, ['app.example.com', 'example.com'])).toEqual([
      undefined,
      'app.example.com',
    ])
    expect(scopesOf({ name: 'sid' }, ['localhost'])).toEqual([])
  })

  it('names the cookie by what its attributes allow', () => {
    expect(createSessionCookie({ domain: 'example.com' }).name).toBe('__Secure-session')
    expect(createSessionCookie({ path: '/app' }).name).toBe('__Secure-session')
    expect(createSessionCookie({ name: 'sid' }).name).toBe('sid')
  })

  it('reads nothing from a polluted prototype', () => {
    Object.assign(Object.prototype, { domain: 'evil.test' })
    expect(createSessionCookie({}).clearing).not.toContain('evil')
  })
})

describe('createCookie()', () => {
  const plain = { name: 'access_token', prefixed: true }

  it('names a cookie by its default, with the prefix that its scope allows', () => {
    expect(createCookie('tokens', {}, plain).name).toBe('__Host-access_token')
    expect(createCookie('tokens', { path: '/api' }, plain).name).toBe('__Secure-access_token')
    expect(createCookie('tokens', {}, { ...plain, prefixed: false }).name).toBe('access_token')
  })

  it('leaves out HttpOnly for a readable cookie alone', () => {
    expect(createCookie('tokens', {}, plain).issue('v', undefined)).toContain('; HttpOnly')
    const readable = createCookie('tokens', {}, { ...plain, readable: true })
    expect(readable.issue('v', undefined)).not.toContain('HttpOnly')
    expect(readable.clearing).not.toContain('HttpOnly')
  })

  it('gives a readable cookie no name that browsers keep for cookies with HttpOnly', () => {
    for (const name of ['__Http-csrf', '__Host-Http-csrf', '__hOST-hTTP-csrf']) {
      expect(() => createCookie('csrf', { name }, { ...plain, readable: true })).toThrow(
        expect.objectContaining({ option: 'csrf.name' }),
      )
      expect(createCookie('tokens', { name }, plain).name).toBe(name)
    }
  })

  it('names the option where it stands', () => {
    expect(() => createCookie('tokens.locations[1].cookie', { path: 'api' }, plain)).toThrow(
      expect.objectContaining({ option: 'tokens.locations[1].cookie.path' }),
    )
  })
})
