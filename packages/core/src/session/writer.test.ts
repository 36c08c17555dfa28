import { describe, expect, it } from 'vitest'
import type { AuthEvent } from '../events.ts'
import { UsageError } from '../faults.ts'
import type { SessionRecord } from '../ports.ts'
import type { SessionEngine } from './strategy.ts'
import { createSlot, SessionWriter } from './writer.ts'

const recordOf = (version: number) => ({ id: 'one', version }) as SessionRecord

function setUp(reloaded: (version: number) => SessionRecord | null = recordOf) {
  const events: AuthEvent[] = []
  let reloads = 0
  const jar: string[] = []
  const carrier = {
    open: true,
    refusal: () => new UsageError('headers_sent', 'Too late'),
    issue: (_: SessionRecord, credential: string) => void jar.push(credential),
    clear: () => {},
  }
  const engine = {
    reload: async () => reloaded((reloads += 1)),
    credentialOf: async ({ version }: SessionRecord) => `credential ${version}`,
  } as unknown as SessionEngine
  const slot = createSlot(recordOf(0))
  const emit = (event: AuthEvent) => void events.push(event)
  return { slot, events, jar, carrier, writer: new SessionWriter(slot, { engine, carrier, userAgent: null, emit }) }
}

describe('SessionWriter', () => {
  it('runs tasks one after the other, whether or not they succeed', async () => {
    const { writer } = setUp()
    const order: number[] = []
    const first = writer.inTurn(async () => {
      await Promise.resolve()
      order.push(1)
      throw new Error('first')
    })
    const second = writer.inTurn(async () => order.push(2))
    await expect(first).rejects.toThrow('first')
    await second
    expect(order).toEqual([1, 2])
  })

  it('tries again on the newest record until nobody else was faster', async () => {
    const { writer, slot, events } = setUp()
    const tried: number[] = []
    await writer.write(async ({ version }) => {
      tried.push(version)
      return version < 3 ? { ok: false, why: 'conflict' } : { ok: true, record: recordOf(9) }
    })
    expect(tried).toEqual([0, 1, 2, 3])
    expect([slot.record?.version, events]).toEqual([9, []])
  })

  it('gives up after 100 attempts, and tells the application', async () => {
    const { writer, events } = setUp()
    let attempts = 0
    const writing = writer.write(async () => {
      attempts += 1
      return { ok: false, why: 'conflict' }
    })
    await expect(writing).rejects.toThrow(expect.objectContaining({ code: 'ERR_SESSION_CONFLICT', reason: 'conflict' }))
    expect(attempts).toBe(100)
    expect(events).toEqual([{ type: 'session_conflict', sessionId: 'one', reason: 'conflict' }])
  })

  it('ends the slot when the session has ended, and writes nothing to it any more', async () => {
    const { writer, slot, events } = setUp(() => null)
    const gone = expect.objectContaining({ code: 'ERR_SESSION_CONFLICT', reason: 'gone' })
    await expect(writer.write(async () => ({ ok: false, why: 'gone' }))).rejects.toThrow(gone)
    expect(slot.ended).toBe(true)
    const never = () => Promise.reject(new Error('must not be tried'))
    await expect(writer.write(never)).rejects.toThrow(gone)
    expect(events.map((event) => event.type)).toEqual(['session_conflict', 'session_conflict'])
  })

  it('hands out no credential of what is over, or when the headers are gone', async () => {
    const { writer, slot, jar, carrier } = setUp()
    await writer.deliver(recordOf(4))
    slot.ended = true
    await expect(writer.deliver(recordOf(5))).rejects.toThrow(expect.objectContaining({ reason: 'gone' }))
    carrier.open = false
    await expect(writer.deliver(recordOf(6))).rejects.toThrow(expect.objectContaining({ reason: 'headers_sent' }))
    expect(jar).toEqual(['credential 4'])
  })
})
