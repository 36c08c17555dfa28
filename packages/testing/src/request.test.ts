import { describe, expect, it } from 'vitest'
import { createTestRequest } from './request.ts'

describe('createTestRequest()', () => {
  it('is a GET of / without headers', () => {
    const request = createTestRequest()
    expect([request.method, request.url, request.headers.get('cookie')]).toEqual(['GET', '/', null])
  })

  it('finds headers by their name in lower case, however they were written', () => {
    const request = createTestRequest({ method: 'POST', url: '/notes?x=1', headers: { Authorization: 'Bearer x' } })
    expect([request.method, request.url, request.headers.get('authorization')]).toEqual([
      'POST',
      '/notes?x=1',
      'Bearer x',
    ])
  })
})
