/**
 * Refresh tokens that several processes exchange at once.
 *
 * @module
 */

import {
  createAuth,
  createEffects,
  storedSessions,
  type Auth,
  type SessionStoreParts,
  type TokenResponse,
} from '@latchkey/core'
import { describe, expect, it } from 'vitest'
import { storeOf, type SessionRacesHarness } from './harness.ts'
import { interceptSessionStore } from '../intercepted-session-store.ts'
import { TEST_SECRETS } from '../keys.ts'
import { createTestRequest } from '../request.ts'
import { createTestRuntime } from '../runtime.ts'

const TABS = [0, 1, 2, 3]

/** Defines the tests of refreshes. */
export function describeRefreshes(harness: () => SessionRacesHarness): void {
  function begin() {
    const runtime = createTestRuntime()
    let seed = 0
    /** A process of its own, whose clock may be off by so many milliseconds. */
    function process(number: number, skew = 0, store: SessionStoreParts = storeOf(harness(), number)): Auth {
      seed += 1
      const { randomBytes } = createTestRuntime({ seed })
      return createAuth({
        origin: 'https://app.test',
        secrets: TEST_SECRETS,
        tokens: { issuer: 'https://api.test', audience: 'api' },
        sessions: storedSessions(store),
        runtime: { ...runtime, randomBytes, now: () => runtime.now() + skew },
      })
    }
    async function logIn(auth: Auth, subject: string): Promise<TokenResponse> {
      const context = auth.open(createTestRequest({ method: 'POST' }), createEffects())
      const login = await auth.login(context, { subject, deliver: 'tokens', amr: ['pwd'] })
      if (!login.ok) throw new Error(login.code)
      return login.tokens
    }
    return { runtime, process, logIn }
  }
  const generationOf = (token: string): number => Number(token.split('.')[1])

  describe('refreshes', () => {
    it(
      'of four tabs with one token store end nobody\u2019s session, with clocks two seconds apart and answers lost',
      { timeout: 60_000 },
      async () => {
        const { runtime, process, logIn } = begin()
        const processes = TABS.map((tab) => process(tab, [0, 2_000, -2_000, 1_000][tab]))
        let { refresh_token: jar } = await logIn(process(0), 'alice')
        const given = new Map<number, Set<string>>()
        for (let round = 0; round < 25; round += 1) {
          runtime.advance([3, 12, 31, 15][round % 4] ?? 0)
          const presented = jar
          const results = await Promise.all(processes.map((auth) => auth.refresh(presented)))
          let rotated = 0
          for (const [tab, result] of results.entries()) {
            if (!result.ok) throw new Error(`${round}: ${result.code}`)
            const { refresh_token: token } = result.tokens
            given.set(generationOf(token), (given.get(generationOf(token)) ?? new Set()).add(token))
            if (result.rotated) rotated += 1
            // Every third round loses all of its answers, the others those of every other tab.
            const lost = round % 3 === 2 || tab % 2 === round % 2
            if (!lost && generationOf(token) > generationOf(jar)) jar = token
          }
          expect(rotated).toBeLessThanOrEqual(1)
        }
        for (const strings of given.values()) expect(strings.size).toBe(1)
        expect(given.size).toBeGreaterThan(5)
        expect(await process(0).listSessions('alice')).toHaveLength(1)
      },
    )

    it('give the successor of a crash after the update to whoever retries, wherever', async () => {
      const { process, logIn } = begin()
      const { refresh_token: token } = await logIn(process(0), 'alice')
      const dying = interceptSessionStore(storeOf(harness(), 1), {
        after: (name) => {
          if (name === 'update') throw new Error('the process died')
        },
      })
      await expect(process(1, 0, dying).refresh(token)).rejects.toMatchObject({ code: 'ERR_UNAVAILABLE' })
      const retries = await Promise.all(TABS.map((tab) => process(tab).refresh(token)))
      const tokens = retries.map((result) => (result.ok ? result.tokens.refresh_token : result.code))
      expect(new Set(tokens).size).toBe(1)
      expect(generationOf(tokens[0] ?? '')).toBe(1)
    })

    it('survive the loss of the store\u2019s last write', async () => {
      const { runtime, process, logIn } = begin()
      const store = storeOf(harness(), 0)
      const { refresh_token: first } = await logIn(process(0), 'alice')
      const forgetting: SessionStoreParts = {
        ...interceptSessionStore(store, {}),
        update: async (_id, ifVersion) => ({ ok: true, version: ifVersion + 1 }),
      }
      const lost = await process(0, 0, forgetting).refresh(first)
      if (!lost.ok) throw new Error(lost.code)
      const results = await Promise.all(TABS.map((tab) => process(tab).refresh(lost.tokens.refresh_token)))
      for (const result of results) {
        expect(result).toMatchObject({ ok: true, tokens: { refresh_token: lost.tokens.refresh_token } })
      }
      runtime.advance('10s')
      expect(await process(1).refresh(lost.tokens.refresh_token)).toMatchObject({ ok: true, rotated: true })
    })

    it('find a thief within two cycles, whoever of the two comes first', async () => {
      for (const order of [
        ['thief', 'owner'],
        ['owner', 'thief'],
      ] as const) {
        const { runtime, process, logIn } = begin()
        const { refresh_token: stolen } = await logIn(process(0), 'alice')
        const hands = { thief: stolen, owner: stolen }
        const refused: string[] = []
        for (let cycle = 0; cycle < 2; cycle += 1) {
          for (const who of order) {
            runtime.advance('11m')
            const result = await process(cycle).refresh(hands[who])
            if (result.ok) hands[who] = result.tokens.refresh_token
            else refused.push(result.code)
          }
        }
        expect(refused[0]).toBe('refresh_reused')
        for (const token of Object.values(hands)) {
          expect(await process(1).refresh(token)).toMatchObject({ ok: false, code: 'refresh_unknown' })
        }
      }
    })

    it('with a wrong secret write nothing', async () => {
      const { process, logIn, runtime } = begin()
      const store = storeOf(harness(), 0)
      const { refresh_token: token } = await logIn(process(0), 'alice')
      const id = token.slice(4, 36)
      const before = await store.read(id, { now: runtime.now() })
      const forged = [
        `${token.slice(0, -43)}${'A'.repeat(43)}`,
        token.replace('.0.', '.1.'),
        token.replace('.0.', '.9.'),
      ]
      for (const result of await Promise.all(forged.map((each, tab) => process(tab).refresh(each)))) {
        expect(result).toMatchObject({ code: 'refresh_unknown' })
      }
      expect(await store.read(id, { now: runtime.now() })).toEqual(before)
    })

    it('never lead from before a step-up to after it', { timeout: 60_000 }, async () => {
      const { process, logIn } = begin()
      for (let round = 0; round < 10; round += 1) {
        const old = await logIn(process(0), `alice${round}`)
        const auth = process(1)
        const headers = { authorization: `Bearer ${old.access_token}` }
        const context = await auth.authenticate(createTestRequest({ method: 'POST', headers }), createEffects())
        const [elevated, ...refreshed] = await Promise.all([
          auth.elevate(context, { amr: ['otp'] }),
          ...TABS.map((tab) => process(tab).refresh(old.refresh_token)),
        ])
        if (!elevated.ok || elevated.deliver !== 'tokens') throw new Error('refused')
        const before = refreshed.flatMap((result) => (result.ok ? [result.tokens.refresh_token] : []))
        for (const token of [old.refresh_token, ...before]) {
          expect(token).not.toBe(elevated.tokens.refresh_token)
          expect(await process(2).refresh(token)).toMatchObject({ code: 'refresh_unknown' })
        }
        expect(await process(3).refresh(elevated.tokens.refresh_token)).toMatchObject({ ok: true })
      }
    })

    it('leave nothing alive that a cut-off has raced', { timeout: 60_000 }, async () => {
      const { process, logIn } = begin()
      for (let round = 0; round < 10; round += 1) {
        const { refresh_token: token } = await logIn(process(0), 'alice')
        const refreshing = Array.from({ length: 8 }, (_, tab) => process(tab).refresh(token))
        if (round % 2 === 0) await refreshing[0]
        await process(1).revokeAllSessions('alice')
        const given = (await Promise.all(refreshing)).flatMap((result) =>
          result.ok ? [result.tokens.refresh_token] : [],
        )
        for (const each of [token, ...given]) {
          expect(await process(2).refresh(each)).toMatchObject({ code: 'refresh_unknown' })
        }
      }
    })
  })
}
