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
      },
    })
  })

  it('takes the adapter from the command line and the rest from the environment', () => {
    const env = { PORT: '8080', ORIGIN: 'https://api.example.com', LATCHKEY_DATA: '/data' }
    const settings = { adapter: 'node', port: 8080, origin: 'https://api.example.com', folder: '/data' }
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
})
