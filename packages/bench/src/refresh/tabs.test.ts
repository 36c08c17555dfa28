import { describe, expect, it } from 'vitest'
import { createRandom } from '../random.ts'
import type { Exchanged } from './policies.ts'
import { createHelpedTabs, createPlainTabs, type TabsInit } from './tabs.ts'
import { createTimeline } from './timeline.ts'

/** Tabs in front of a server that counts, and answers after a tenth of a second. */
function begin(tabs: number, answer: (count: number) => Exchanged | 'lost') {
  const timeline = createTimeline(0, () => {})
  const sent: { at: number; token: string }[] = []
  const init: TabsInit = {
    timeline,
    random: createRandom(1),
    first: 'token-0',
    tabs,
    retryAfter: 30_000,
    send(token, answered) {
      sent.push({ at: timeline.now(), token })
      const count = sent.length
      timeline.after(100, async () => answered(answer(count)))
    },
  }
  return { timeline, sent, init }
}

const next = (count: number): Exchanged => ({ token: `token-${count}` })
const HOUR = 3_600_000

describe('plain tabs', () => {
  it('renew each for itself, once in ten minutes, with the token that is in the jar', async () => {
    const { timeline, sent, init } = begin(2, next)
    const tabs = createPlainTabs(init)
    tabs.open(HOUR)
    await timeline.run(HOUR, () => false)
    expect(sent).toHaveLength(12)
    expect(tabs.token()).toBe('token-12')
    expect(tabs.isLoggedOut()).toBe(false)
  })

  it('ask again after a pause when an answer is lost', async () => {
    const { timeline, sent, init } = begin(1, (count) => (count === 1 ? 'lost' : next(count)))
    createPlainTabs(init).open(HOUR)
    await timeline.run(60_000, () => false)
    expect(sent.map(({ token }) => token)).toEqual(['token-0', 'token-0'])
    expect((sent[1]?.at ?? 0) - (sent[0]?.at ?? 0)).toBe(30_100)
  })

  it('log the user out when they are refused, and ask no more', async () => {
    const { timeline, sent, init } = begin(2, () => null)
    const tabs = createPlainTabs(init)
    tabs.open(HOUR)
    await timeline.run(HOUR, () => false)
    expect(tabs.isLoggedOut()).toBe(true)
    expect(sent.length).toBeLessThanOrEqual(2)
  })
})

describe('helped tabs', () => {
  it('renew once for all of them', async () => {
    const { timeline, sent, init } = begin(4, next)
    const tabs = createHelpedTabs(init)
    tabs.open(HOUR)
    await timeline.run(HOUR, () => false)
    expect(sent.length).toBeGreaterThanOrEqual(5)
    expect(sent.length).toBeLessThanOrEqual(7)
    expect(tabs.token()).toBe(`token-${sent.length}`)
  })

  it('ask again soon when an answer is lost, and log the user out when they are refused', async () => {
    const { timeline, sent, init } = begin(1, (count) => (count === 1 ? 'lost' : null))
    const tabs = createHelpedTabs(init)
    tabs.open(HOUR)
    await timeline.run(HOUR, tabs.isLoggedOut)
    expect((sent[1]?.at ?? 0) - (sent[0]?.at ?? 0)).toBe(600)
    expect([sent.length, tabs.isLoggedOut()]).toEqual([2, true])
  })
})
