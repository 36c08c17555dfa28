import { describe, expect, it } from 'vitest'
import { parseSettings } from './settings.ts'

describe('parseSettings()', () => {
  it('has a default for everything', () => {
    expect(parseSettings([], {})).toEqual({
      ok: true,
      settings: {
        adapter: 'hono',
        port: 3000,
        origin: 'http://localhost:3000',
        folder: expect.stringMatching(/example\/\.data$/),
        store: 'sqlite',
        storeUrl: undefined,
      },
    })
  })

  it('takes the adapter from the command line and the rest from the environment', () => {
    const env = { PORT: '8080', ORIGIN: 'https://api.example.com', LATCHKEY_DATA: '/data' }
    const settings = {
      adapter: 'node',
      port: 8080,
      origin: 'https://api.example.com',
      folder: '/data',
      store: 'sqlite',
      storeUrl: undefined,
    }
    expect(parseSettings(['--adapter=node'], env)).toEqual({ ok: true, settings })
    expect(parseSettings(['--adapter', 'node'], env)).toEqual({ ok: true, settings })
  })

  it.each([
    ['--adapter=koa'],
    ['--adapter='],
    ['--adapter'],
    ['--adapter=constructor'],
    ['--port=1'],
    ['hono'],
    ['--adapter=a\nb'],
  ])('refuses %j in one line', (...args) => {
    expect(parseSettings(args, {})).toEqual({ ok: false, problem: expect.stringMatching(/^[^\n]*adapter[^\n]*$/) })
  })

  it.each(['0', '65536', '-1', '3000x', '1e3', ' 80', '08', '99999999999'])(
    'refuses the port %j in one line',
    (PORT) => {
      expect(parseSettings([], { PORT })).toEqual({ ok: false, problem: expect.stringMatching(/^PORT must[^\n]*$/) })
    },
  )

  it.each(['localhost:3000', 'http://localhost:3000/', 'https://a.example/path', 'ftp://a.example', '*'])(
    'refuses the origin %j in one line',
    (ORIGIN) => {
      expect(parseSettings([], { ORIGIN })).toEqual({
        ok: false,
        problem: expect.stringMatching(/^ORIGIN must[^\n]*$/),
      })
    },
  )

  it.each([
    ['memory', undefined],
    ['sqlite', undefined],
    ['postgres', 'postgres://postgres@127.0.0.1:5432/test'],
    ['mysql', 'mysql://root@127.0.0.1:3306/test'],
    ['redis', 'redis://127.0.0.1:6379'],
    ['sealed', undefined],
  ])('knows the usual address of %s', (LATCHKEY_STORE, storeUrl) => {
    const expected = { ok: true, settings: { store: LATCHKEY_STORE, storeUrl } }
    expect(parseSettings([], { LATCHKEY_STORE })).toMatchObject(expected)
    expect(parseSettings([], { LATCHKEY_STORE, LATCHKEY_STORE_URL: '' })).toMatchObject(expected)
  })

  it.each([
    ['sqlite', '/data/sessions.sqlite'],
    ['postgres', 'postgresql://u:p@db.example/app'],
    ['mysql', 'mysql://u:p@db.example/app'],
    ['redis', 'rediss://:p@cache.example:6380/1'],
  ])('takes another address of %s', (LATCHKEY_STORE, LATCHKEY_STORE_URL) => {
    expect(parseSettings([], { LATCHKEY_STORE, LATCHKEY_STORE_URL })).toMatchObject({
      ok: true,
      settings: { store: LATCHKEY_STORE, storeUrl: LATCHKEY_STORE_URL },
    })
  })

  it.each(['mongodb', 'SQLITE', 'constructor', 'sqlite\n'])('refuses the store %j in one line', (LATCHKEY_STORE) => {
    expect(parseSettings([], { LATCHKEY_STORE })).toEqual({
      ok: false,
      problem: expect.stringMatching(/^There is no store "[^\n]*": take one of memory, [^\n]*$/),
    })
  })

  it.each([
    ['memory', 'x'],
    ['sealed', 'x'],
    ['sqlite', 'postgres://hidden@127.0.0.1/test'],
    ['postgres', 'mysql://hidden@127.0.0.1/test'],
    ['postgres', 'hidden'],
    ['mysql', 'mysql://hidden@127.0.0.1:3306'],
    ['mysql', 'mysql://hidden@127.0.0.1:3306/'],
    ['redis', 'http://hidden@127.0.0.1:6379'],
  ])(
    'refuses another kind of address for %s in one line, and does not show it',
    (LATCHKEY_STORE, LATCHKEY_STORE_URL) => {
      const parsed = parseSettings([], { LATCHKEY_STORE, LATCHKEY_STORE_URL })
      expect(parsed).toEqual({ ok: false, problem: expect.stringMatching(/^LATCHKEY_STORE_URL (?:must|is)[^\n]*$/) })
      expect(JSON.stringify(parsed)).not.toContain('hidden')
    },
  )
})
