import { IncomingMessage, ServerResponse, type OutgoingHttpHeaders } from 'node:http'
import { Socket } from 'node:net'
import { closedSink } from '@latchkey/core'
import { describe, expect, it } from 'vitest'
import { openSink } from './effects.ts'

function makeResponse(): ServerResponse {
  return new ServerResponse(new IncomingMessage(new Socket()))
}

/** A response with one cookie of ours, sent by the given call. */
function send(call: (response: ServerResponse) => unknown): OutgoingHttpHeaders {
  const response = makeResponse()
  const sink = openSink(response)
  sink.setCookie('session', 'session=1; Path=/')
  sink.setHeader('vary', 'Cookie')
  call(response)
  return response.getHeaders()
}

describe('openSink()', () => {
  it.each<[string, (response: ServerResponse) => unknown]>([
    ['end', (response) => response.end('x')],
    ['write', (response) => response.write('x')],
    ['flushHeaders', (response) => response.flushHeaders()],
    ['writeHead', (response) => response.writeHead(204)],
    ['writeHead with a reason', (response) => response.writeHead(200, 'Fine')],
    ['writeHead with an object', (response) => response.writeHead(200, { 'X-One': '1' })],
    ['writeHead with a list', (response) => response.writeHead(200, ['X-One', '1'])],
  ])('adds the effects when the headers go out by %s', (_, call) => {
    expect(send(call)).toMatchObject({
      'set-cookie': ['session=1; Path=/'],
      vary: 'Cookie',
      'cache-control': 'no-store',
    })
  })

  it.each<[string, (response: ServerResponse) => unknown]>([
    ['setHeader with a text', (response) => response.setHeader('Set-Cookie', 'a=1').end()],
    ['setHeader with a list', (response) => response.setHeader('Set-Cookie', ['a=1', 'session=other']).end()],
    ['writeHead with an object', (response) => response.writeHead(200, { 'Set-Cookie': ['a=1', 'session=other'] })],
    ['writeHead with a list', (response) => response.writeHead(200, ['Set-Cookie', 'a=1', 'set-cookie', 'session=x'])],
  ])('keeps the cookies of others that were set by %s', (_, call) => {
    expect(send(call)['set-cookie']).toEqual(['a=1', 'session=1; Path=/'])
  })

  it.each<[string, (response: ServerResponse) => unknown]>([
    ['a flat list', (response) => response.writeHead(200, ['Set-Cookie', 'a=1', 'X-One', '1', 'set-cookie', 'b=2'])],
    [
      'a flat list with a list of values',
      (response) => response.writeHead(200, ['Set-Cookie', ['a=1', 'b=2'], 'X-One', '1'] as never),
    ],
    [
      'a list of pairs',
      (response) =>
        response.writeHead(200, [
          ['set-cookie', 'a=1'],
          ['set-cookie', 'b=2'],
          ['x-one', '1'],
        ] as never),
    ],
    ['an object', (response) => response.writeHead(200, { 'set-cookie': ['a=1', 'b=2'], 'x-one': 1 })],
    [
      'an object after no reason',
      (response) => response.writeHead(200, undefined, { 'set-cookie': ['a=1', 'b=2'], 'x-one': '1' }),
    ],
    [
      'an object after a reason',
      (response) => response.writeHead(200, 'Fine', { 'set-cookie': ['a=1', 'b=2'], 'x-one': '1' }),
    ],
  ])('keeps every header that the handler gives to writeHead in %s', (_, call) => {
    const headers = send((response) => {
      response.setHeader('X-One', 'before')
      response.setHeader('X-Kept', 'kept')
      call(response)
    })
    expect(headers['set-cookie']).toEqual(['a=1', 'b=2', 'session=1; Path=/'])
    expect([String(headers['x-one']), headers['x-kept']]).toEqual(['1', 'kept'])
  })

  it('leaves a reason where it stands, and a second head to Node', () => {
    const response = makeResponse()
    openSink(response)
    expect(response.writeHead(200, 'Fine', { 'x-one': '1' })).toBe(response)
    expect([response.statusCode, response.statusMessage]).toEqual([200, 'Fine'])
    expect(() => response.writeHead(204)).toThrow(expect.objectContaining({ code: 'ERR_HTTP_HEADERS_SENT' }))
  })

  it('adds to a Vary of several values', () => {
    expect(send((response) => response.setHeader('Vary', ['Accept', 'Origin']).end())['vary']).toBe(
      'Accept, Origin, Cookie',
    )
  })

  it('closes when the headers go out, and not before', () => {
    const response = makeResponse()
    const sink = openSink(response)
    response.setHeader('X-One', '1')
    expect(sink.open).toBe(true)
    response.flushHeaders()
    expect(sink.open).toBe(false)
  })

  it('is closed for a response whose headers are gone', () => {
    const response = makeResponse()
    response.flushHeaders()
    expect(openSink(response)).toBe(closedSink)
  })

  it('is closed where there is no response', () => {
    expect(openSink(undefined)).toBe(closedSink)
  })

  it('leaves a response without effects to Node as it is', () => {
    const response = makeResponse()
    const sink = openSink(response)
    const given: unknown[][] = []
    const before = response.setHeader.bind(response)
    response.setHeader = (...args) => (given.push(args), before(...args))
    response.writeHead(200, { 'X-One': '1' })
    expect([given, sink.open, response.headersSent]).toEqual([[], false, true])
  })
})
