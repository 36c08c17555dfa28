import { describe, expect, it } from 'vitest'
import { ask, type Question } from './asking.ts'
import { createQuickRuntime, createTestServer, respond } from './client.fixture.ts'
import type { FetchResponse } from './platform.ts'

type Verdict = { readonly status: 'done' } | { readonly status: 'again'; readonly retryAfter: number }

function begin(answers: readonly (() => Promise<FetchResponse>)[]) {
  const quick = createQuickRuntime(createTestServer())
  const sent: (string | null)[] = []
  const stop = new AbortController()
  const question: Question<Verdict> = {
    send(token) {
      sent.push(token)
      return (answers[Math.min(sent.length, answers.length) - 1] as () => Promise<FetchResponse>)()
    },
    token: async () => `token-${sent.length}`,
    judge: async ({ status }) => (status === 200 ? { status: 'done' } : { status: 'again', retryAfter: status }),
    stop: stop.signal,
  }
  const config = { runtime: quick.runtime, timeout: 8_000 }
  return {
    ...quick,
    sent,
    stop,
    ask: (changes: Partial<Question<Verdict>> = {}) => ask(config, { ...question, ...changes }),
  }
}

const lost = (): Promise<FetchResponse> => Promise.reject(new TypeError('fetch failed'))
const answer = (status: number) => async (): Promise<FetchResponse> => respond(status, {})
const never = (): Promise<FetchResponse> => new Promise(() => {})

describe('ask()', () => {
  it('gives the first verdict that another attempt would not change', async () => {
    const { ask: run, sent, pauses } = begin([answer(200)])
    expect(await run()).toEqual({ status: 'done' })
    expect([sent, pauses]).toEqual([['token-0'], []])
  })

  it('asks five times, and pauses 0.5, 1, 2 and 4 seconds', async () => {
    const { ask: run, sent, pauses } = begin([lost])
    expect(await run()).toEqual({ status: 'again', retryAfter: 0 })
    expect(sent).toEqual(['token-0', 'token-1', 'token-2', 'token-3', 'token-4'])
    expect(pauses).toEqual([500, 1_000, 2_000, 4_000])
  })

  it('gives an attempt up that takes too long, though its fetch does not mind', async () => {
    const { ask: run, strike, sent } = begin([never, answer(200)])
    const running = run()
    await new Promise(setImmediate)
    strike()
    expect(await running).toEqual({ status: 'done' })
    expect(sent).toHaveLength(2)
  })

  it('stops at once when it is told to, in an attempt and in a pause', async () => {
    for (const answers of [[never], [lost]]) {
      const { ask: run, stop, sent } = begin(answers)
      const running = run()
      await Promise.resolve()
      stop.abort()
      expect(await running).not.toEqual({ status: 'done' })
      expect(sent).toHaveLength(1)
    }
  })

  it('asks nothing when there is nothing to present', async () => {
    const { ask: run, sent } = begin([answer(200)])
    expect(await run({ token: async () => undefined })).toBeUndefined()
    expect(sent).toEqual([])
  })
})
