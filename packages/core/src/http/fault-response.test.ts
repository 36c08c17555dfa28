import { describe, expect, it } from 'vitest'
import { ConfigError, SessionConflictError, UnavailableError, UsageError } from '../faults.ts'
import { createFaultResponse } from './fault-response.ts'

const NO_STORE = { 'cache-control': 'no-store' }

describe('createFaultResponse()', () => {
  it.each(['conflict', 'gone'] as const)('answers a session conflict (%s) with 409', (reason) => {
    const answer = { status: 409, headers: NO_STORE, body: { error: 'session_conflict' } }
    expect(createFaultResponse(new SessionConflictError(reason))).toEqual(answer)
  })

  it('answers an unreachable part with 503 and keeps its cause to itself', () => {
    const error = new UnavailableError({ cause: new Error('password of the database') })
    expect(createFaultResponse(error)).toEqual({ status: 503, headers: NO_STORE, body: { error: 'unavailable' } })
  })

  it('answers a fault of another copy of the package', () => {
    const error = Object.assign(new Error('elsewhere'), { code: 'ERR_UNAVAILABLE' })
    expect(createFaultResponse(error)?.status).toBe(503)
  })

  it.each([
    ['a usage error', new UsageError('argument', 'Wrong')],
    ['a configuration error', new ConfigError('origin', 'is wrong')],
    ['an error of the application', new Error('Wrong')],
    ['an error that only says its status', Object.assign(new Error('Wrong'), { status: 503 })],
    ['a thrown object that is no error', { code: 'ERR_UNAVAILABLE' }],
    ['a thrown text', 'ERR_UNAVAILABLE'],
    ['nothing', undefined],
  ])('leaves %s to the application', (_, thrown) => {
    expect(createFaultResponse(thrown)).toBeUndefined()
  })

  it('gives an answer that nobody can change for the next one', () => {
    const answer = createFaultResponse(new UnavailableError())
    expect([answer, answer?.headers, answer?.body].every(Object.isFrozen)).toBe(true)
  })
})
