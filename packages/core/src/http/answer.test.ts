import { describe, expect, it } from 'vitest'
import { answer, refusal } from './answer.ts'

describe('answer()', () => {
  it('is kept by no cache, and has a body where one is given', () => {
    expect(answer(204)).toEqual({ status: 204, headers: { 'cache-control': 'no-store' } })
    expect(answer(200, { a: 1 })).toEqual({ status: 200, headers: { 'cache-control': 'no-store' }, body: { a: 1 } })
  })
})

describe('refusal()', () => {
  it('names the error, and takes further headers', () => {
    expect(refusal(405, 'method_not_allowed', { allow: 'GET' })).toEqual({
      status: 405,
      headers: { 'cache-control': 'no-store', allow: 'GET' },
      body: { error: 'method_not_allowed' },
    })
  })
})
