import { describe, expect, it } from 'vitest'
import { createEmitter, type PasswordEvent } from './password-events.ts'

const EVENT: PasswordEvent = { type: 'password_accepted', subject: 'u-1' }

describe('createEmitter()', () => {
  it('hands each event to the listener, frozen', () => {
    const events: PasswordEvent[] = []
    createEmitter((event) => events.push(event))({ ...EVENT })
    expect(events).toEqual([EVENT])
    expect(Object.isFrozen(events[0])).toBe(true)
  })

  it('does nothing without a listener', () => {
    expect(() => createEmitter(undefined)({ ...EVENT })).not.toThrow()
  })

  it('ignores a listener that throws, and one whose promise rejects', () => {
    const throwing = createEmitter(() => {
      throw new Error('logger')
    })
    expect(() => throwing({ ...EVENT })).not.toThrow()
    // A rejection that nobody looks at fails every test of this project.
    const rejecting = createEmitter(() => Promise.reject(new Error('logger')) as never)
    expect(() => rejecting({ ...EVENT })).not.toThrow()
  })
})
