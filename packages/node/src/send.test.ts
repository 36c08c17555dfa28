import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { SessionConflictError, UnavailableError, UsageError } from '@latchkey/core'
import { describe, expect, it, vi } from 'vitest'
import { sendFault, sendJson } from './send.ts'

const makeResponse = () => new ServerResponse(new IncomingMessage(new Socket()))

describe('sendJson()', () => {
  it('sends status, headers and body, and ends the response', () => {
    const response = makeResponse()
    const writeHead = vi.spyOn(response, 'writeHead')
    const end = vi.spyOn(response, 'end')
    sendJson(response, { status: 401, headers: { 'www-authenticate': 'Bearer' }, body: { error: 'x' } })
    expect(writeHead).toHaveBeenCalledExactlyOnceWith(401, {
      'www-authenticate': 'Bearer',
      'content-type': 'application/json',
    })
    expect(end).toHaveBeenCalledExactlyOnceWith('{"error":"x"}')
  })

  it('drops what described the body that a handler meant to send, and keeps the rest', () => {
    const response = makeResponse()
    response.setHeader('Content-Length', 5)
    response.setHeader('Content-Encoding', 'gzip')
    response.setHeader('ETag', '"x"')
    response.setHeader('Content-Security-Policy', "default-src 'none'")
    response.setHeader('Access-Control-Allow-Origin', 'https://app.test')
    sendJson(response, { status: 418, headers: {}, body: {} })
    expect(response.statusCode).toBe(418)
    expect(response.getHeaders()).toEqual({
      'content-security-policy': "default-src 'none'",
      'access-control-allow-origin': 'https://app.test',
      'content-type': 'application/json',
    })
  })
})

describe('sendFault()', () => {
  it.each([
    [409, new SessionConflictError('gone')],
    [503, new UnavailableError()],
  ])('answers with %i', (status, error) => {
    const response = makeResponse()
    expect(sendFault(response, error)).toBe(true)
    expect(response.statusCode).toBe(status)
    expect(response.writableEnded).toBe(true)
  })

  it('sends nothing for other errors', () => {
    const response = makeResponse()
    expect(sendFault(response, new UsageError('argument', 'Wrong'))).toBe(false)
    expect(response.headersSent).toBe(false)
  })

  it('sends nothing once the headers are gone', () => {
    const response = makeResponse()
    response.flushHeaders()
    expect(sendFault(response, new UnavailableError())).toBe(false)
    expect(response.writableEnded).toBe(false)
  })
})
