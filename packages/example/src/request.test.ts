import { describe, expect, it } from 'vitest'
import { answerUnrouted, checkBodyHeaders, checkPath, MAX_BODY_SIZE, pathOf, readBody } from './request.ts'

const NONE = { contentType: undefined, contentEncoding: undefined, contentLength: undefined }

describe('checkBodyHeaders()', () => {
  it.each([
    'application/json',
    'Application/JSON ; charset=UTF-8',
    'application/json;charset="utf-8"',
    'application/json; v=1',
  ])('takes %s', (contentType) => {
    expect(checkBodyHeaders({ ...NONE, contentType })).toBeUndefined()
  })

  it.each([
    undefined,
    '',
    'text/plain',
    'application/jsonp',
    'application/json; charset=utf-16',
    'text/plain, application/json',
  ])('answers %s with 415', (contentType) => {
    expect(checkBodyHeaders({ ...NONE, contentType })).toMatchObject({ status: 415 })
  })

  it('answers a compressed body with 415', () => {
    expect(checkBodyHeaders({ ...NONE, contentType: 'application/json', contentEncoding: 'gzip' })).toMatchObject({
      status: 415,
    })
  })

  it('answers a body that says that it is too large with 413', () => {
    const at = (contentLength: string) => checkBodyHeaders({ ...NONE, contentType: 'application/json', contentLength })
    expect(at('65536')).toBeUndefined()
    expect(at('65537')).toMatchObject({ status: 413 })
  })
})

describe('readBody()', () => {
  const read = (...texts: string[]) => readBody(texts.map((text) => new TextEncoder().encode(text)))

  it('gives any JSON value, and nothing for no body', async () => {
    expect(await read('[1,"\u00e9', '"]')).toEqual({ ok: true, value: [1, '\u00e9'] })
    expect(await read()).toEqual({ ok: true, value: undefined })
  })

  it.each(['{', 'undefined', "{'a':1}", '{"a":1}x'])('answers %j with 400', async (text) => {
    expect(await read(text)).toMatchObject({ ok: false, answer: { status: 400 } })
  })

  it('answers what is over the limit with 413, when all of it has come', async () => {
    const chunks = [new Uint8Array(MAX_BODY_SIZE), new Uint8Array(1), new Uint8Array(1_000)].values()
    expect(await readBody(chunks)).toMatchObject({ ok: false, answer: { status: 413 } })
    expect(chunks.next().done).toBe(true)
  })
})

describe('checkPath()', () => {
  it.each(['/%', '/session/%zz', '/session/%C3', '/session/%ED%A0%80'])('refuses %s', (path) => {
    expect(checkPath(path)).toMatchObject({ status: 400 })
  })

  it('takes what decodes', () => {
    expect(checkPath('/session/%25%00%2F%C3%A9')).toBeUndefined()
  })
})

describe('answerUnrouted()', () => {
  it('tells the methods of a known path', () => {
    expect(answerUnrouted('POST', '/me')).toMatchObject({ status: 405, headers: { allow: 'GET, HEAD, OPTIONS' } })
    expect(answerUnrouted('OPTIONS', '/notes/1')).toEqual({
      status: 204,
      headers: { allow: 'GET, HEAD, PUT, DELETE, OPTIONS' },
    })
  })

  it.each(['/', '/me/', '/ME', '/notes/', '/notes/1/2', '/session/', '/constructor'])('knows no %s', (path) => {
    expect(answerUnrouted('GET', path)).toMatchObject({ status: 404 })
  })
})

describe('pathOf()', () => {
  it('leaves the query out', () => {
    expect(pathOf('/me?a=1&a=2?')).toBe('/me')
    expect(pathOf('')).toBe('')
  })
})
