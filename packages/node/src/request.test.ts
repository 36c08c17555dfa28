import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { toAuthRequest } from './request.ts'

function requestOf(rawHeaders: string[], { method = 'GET', url = '/a?b=c' } = {}): IncomingMessage {
  return Object.assign(new IncomingMessage(new Socket()), { method, url, rawHeaders })
}

describe('toAuthRequest()', () => {
  it('gives method and target as they were sent', () => {
    expect(toAuthRequest(requestOf([], { method: 'PURGE', url: '//x/../y?a=1#b' }))).toMatchObject({
      method: 'PURGE',
      url: '//x/../y?a=1#b',
    })
  })

  it('gives the target that a framework remembers, where it has one', () => {
    expect(toAuthRequest(requestOf([]), { url: '/mounted/a' }).url).toBe('/mounted/a')
  })

  it('keeps the method when a middleware rewrites it afterwards', () => {
    const request = requestOf([], { method: 'POST' })
    const view = toAuthRequest(request)
    request.method = 'GET'
    expect(view.method).toBe('POST')
  })

  it('gives null for a field that is absent, whatever objects inherit', () => {
    const { headers } = toAuthRequest(requestOf(['Host', 'app.test']))
    expect(['authorization', '__proto__', 'constructor', 'tostring'].map((name) => headers.get(name))).toEqual([
      null,
      null,
      null,
      null,
    ])
  })

  it('finds a field in any case, and never takes a value for a name', () => {
    const { headers } = toAuthRequest(requestOf(['X-One', 'origin', 'oRiGiN', 'https://app.test', 'X-Two', 'cookie']))
    expect(headers.get('origin')).toBe('https://app.test')
    expect(headers.get('cookie')).toBeNull()
  })

  it('joins repeated lines with a comma, and cookie lines with a semicolon', () => {
    const { headers } = toAuthRequest(
      requestOf(['Authorization', 'Bearer a', 'Cookie', 'a=1', 'authorization', 'Bearer b', 'COOKIE', 'b=2']),
    )
    expect(headers.get('authorization')).toBe('Bearer a, Bearer b')
    expect(headers.get('cookie')).toBe('a=1; b=2')
  })

  it('gives an empty text for an empty field', () => {
    expect(toAuthRequest(requestOf(['Authorization', ''])).headers.get('authorization')).toBe('')
  })

  it('never looks at trailers', () => {
    const request = Object.assign(requestOf([]), {
      rawTrailers: ['Authorization', 'Bearer a'],
      trailers: { authorization: 'Bearer a' },
    })
    expect(toAuthRequest(request).headers.get('authorization')).toBeNull()
  })
})
