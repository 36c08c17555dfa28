import { describe, expect, it } from 'vitest'
import { headersOf, invalidRequest, json, NO_CONTENT, NOT_FOUND } from './answer.ts'

describe('headersOf()', () => {
  it('keeps every answer out of caches, and describes a body where there is one', () => {
    expect(headersOf(NO_CONTENT)).toEqual({ 'cache-control': 'no-store' })
    expect(headersOf(json(200, null))).toEqual({ 'cache-control': 'no-store', 'content-type': 'application/json' })
  })

  it("adds the answer's own headers", () => {
    expect(headersOf({ ...NOT_FOUND, headers: { allow: 'GET' } })).toMatchObject({ allow: 'GET' })
  })
})

describe('invalidRequest()', () => {
  it('names the members', () => {
    expect(invalidRequest({ ok: false, fields: ['title'] })).toEqual({
      status: 422,
      body: { error: 'invalid_request', fields: ['title'] },
    })
  })
})
