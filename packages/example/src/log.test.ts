import { SessionConflictError, UnavailableError } from '@latchkey/core'
import { describe, expect, it } from 'vitest'
import { createLog, logError } from './log.ts'

describe('createLog()', () => {
  it('writes each entry as one line with its time', () => {
    const lines: string[] = []
    createLog(
      (line) => lines.push(line),
      () => 0,
    )({ type: 'a\nb' })
    expect(lines).toEqual(['{"time":"1970-01-01T00:00:00.000Z","type":"a\\nb"}'])
  })
})

describe('logError()', () => {
  it('logs the stack, and the cause of an outage', () => {
    const entries: object[] = []
    const log = (entry: object) => entries.push(entry)
    logError(log, new Error('broken'))
    logError(log, 'text')
    logError(log, new UnavailableError({ cause: new Error('disk full') }))
    expect(entries).toEqual([
      { type: 'error', stack: expect.stringMatching(/^Error: broken\n/) },
      { type: 'error', stack: expect.stringMatching(/no error/) },
      { type: 'error', stack: expect.any(String), cause: expect.stringMatching(/^Error: disk full\n/) },
    ])
  })

  it('leaves out conflicts, which are no defects', () => {
    logError(() => expect.unreachable(), new SessionConflictError('gone'))
  })
})
