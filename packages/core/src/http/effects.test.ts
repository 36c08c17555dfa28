import { describe, expect, it } from 'vitest'
import { closedSink, createEffects, type ResponseHeaders } from './effects.ts'

function response(initial: Record<string, string> = {}, cookies: readonly string[] = []) {
  const fields = new Map(Object.entries(initial))
  let lines = cookies
  const headers: ResponseHeaders = {
    get: (name) => fields.get(name),
    set: (name, value) => void fields.set(name, value),
    getSetCookie: () => lines,
    replaceSetCookie: (replaced) => {
      lines = replaced
    },
  }
  return { headers, fields, cookies: () => lines }
}

describe('createEffects()', () => {
  it('adds nothing when nothing was added', () => {
    const { headers, fields, cookies } = response({ 'cache-control': 'public' }, ['a=1'])
    createEffects().flush(headers)
    expect(Object.fromEntries(fields)).toEqual({ 'cache-control': 'public' })
    expect(cookies()).toEqual(['a=1'])
  })

  it('keeps one cookie per name, ours before the application\u2019s, the last of ours', () => {
    const { headers, cookies } = response({}, ['session=theirs; Path=/', 'sessionx=1', 'other=2'])
    const effects = createEffects()
    effects.setCookie('session', 'session=renewed')
    effects.setCookie('session', 'session=cleared')
    effects.flush(headers)
    expect(cookies()).toEqual(['sessionx=1', 'other=2', 'session=cleared'])
  })

  it.each([
    [undefined, 'no-store'],
    ['public, max-age=60', 'no-store'],
    ['max-age=60', 'no-store'],
    ['private, max-age=60', 'private, max-age=60'],
    ['No-Store', 'No-Store'],
  ])('makes a response with a cookie uncacheable: %j becomes %j', (before, after) => {
    const { headers, fields } = response(before === undefined ? {} : { 'cache-control': before })
    const effects = createEffects()
    effects.setCookie('session', 'session=v')
    effects.flush(headers)
    expect(fields.get('cache-control')).toBe(after)
  })

  it.each([
    [undefined, 'Cookie'],
    ['Accept-Encoding', 'Accept-Encoding, Cookie'],
    ['cookie', 'cookie'],
    ['Accept, COOKIE', 'Accept, COOKIE'],
    ['*', '*'],
  ])('adds to Vary: %j becomes %j', (before, after) => {
    const { headers, fields } = response(before === undefined ? {} : { vary: before })
    const effects = createEffects()
    effects.setHeader('vary', 'Cookie')
    effects.setHeader('vary', 'Cookie')
    effects.flush(headers)
    expect(fields.get('vary')).toBe(after)
  })

  it('hands over once, and is closed from then on', () => {
    const first = response()
    const second = response()
    const effects = createEffects()
    effects.setCookie('session', 'session=v')
    expect(effects.open).toBe(true)
    effects.flush(first.headers)
    expect(effects.open).toBe(false)
    effects.flush(second.headers)
    expect(second.cookies()).toEqual([])
  })

  it('tells whether anything is to be handed over', () => {
    const effects = createEffects()
    expect(effects.pending).toBe(false)
    effects.setHeader('vary', 'Cookie')
    expect(effects.pending).toBe(true)
    effects.flush(response().headers)
    expect(effects.pending).toBe(false)
  })

  it('sets other headers as they are', () => {
    const { headers, fields } = response({ 'x-a': 'before' })
    const effects = createEffects()
    effects.setHeader('x-a', '1')
    effects.setHeader('x-a', '2')
    effects.flush(headers)
    expect(fields.get('x-a')).toBe('2')
  })
})

describe('closedSink', () => {
  it('is closed and takes nothing', () => {
    expect(closedSink.open).toBe(false)
    expect(() => closedSink.setCookie('a', 'a=1')).not.toThrow()
  })
})
