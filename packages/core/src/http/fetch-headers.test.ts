import { describe, expect, it } from 'vitest'
import { createEffects } from './effects.ts'
import { toResponseHeaders } from './fetch-headers.ts'

function flushed(headers: Headers): Headers {
  const effects = createEffects()
  effects.setCookie('session', 'session=a; Path=/')
  effects.setHeader('vary', 'Cookie')
  effects.flush(toResponseHeaders(headers))
  return headers
}

describe('toResponseHeaders()', () => {
  it('carries cookies and headers to a response', () => {
    const headers = flushed(new Headers())
    expect(headers.getSetCookie()).toEqual(['session=a; Path=/'])
    expect([headers.get('vary'), headers.get('cache-control')]).toEqual(['Cookie', 'no-store'])
  })

  it('keeps what the program has set, and one cookie for each name', () => {
    const own = new Headers({ vary: 'Accept', 'cache-control': 'private' })
    own.append('set-cookie', 'theme=dark')
    own.append('set-cookie', 'session=own')
    const headers = flushed(own)
    expect(headers.getSetCookie()).toEqual(['theme=dark', 'session=a; Path=/'])
    expect([headers.get('vary'), headers.get('cache-control')]).toEqual(['Accept, Cookie', 'private'])
  })

  it('cannot change a response that is made by somebody else, and says so', () => {
    const redirect = Response.redirect('https://app.test/')
    expect(() => flushed(redirect.headers)).toThrow(TypeError)
    const copy = new Response(redirect.body, redirect)
    expect(flushed(copy.headers).getSetCookie()).toHaveLength(1)
  })
})
