import { createAuth, createEffects, storedSessions, type Auth, type Requirement } from '@latchkey/core'
import { createTestRequest, createTestRuntime, TEST_SECRETS, type TestRuntime } from '@latchkey/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { STORES, describeStores, type CorpusStore } from '../attack-corpus/stores.fixture.ts'

const MODES: Readonly<Record<string, Requirement>> = {
  none: {},
  local: { authoritative: 'local' },
  authoritative: { authoritative: true },
}

describe('access tokens that two processes share a store for', () => {
  describeStores(STORES, 'revocations', ({ open }) => {
    let store: CorpusStore
    let runtime: TestRuntime
    let processes: readonly [Auth, Auth]

    beforeEach(async () => {
      store = await open()
      runtime = createTestRuntime()
      processes = [createProcess(store, runtime), createProcess(store, runtime)]
    })
    afterEach(() => store.close())

    /** What each mode answers in the other process: whether it admits the token. */
    async function judge(token: string): Promise<Record<string, boolean>> {
      const verdicts: Record<string, boolean> = {}
      for (const [mode, requirement] of Object.entries(MODES)) {
        const headers = { authorization: `Bearer ${token}` }
        const context = processes[1].open(createTestRequest({ headers }), createEffects())
        verdicts[mode] = (await processes[1].guard(requirement)(context)) === undefined
      }
      return verdicts
    }

    async function logIn() {
      const context = processes[0].open(createTestRequest({ method: 'POST' }), createEffects())
      const login = await processes[0].login(context, { subject: 'alice', deliver: 'tokens' })
      if (!login.ok) throw new Error(login.code)
      return login.tokens
    }

    it.each<[string, (auth: Auth, tokens: Awaited<ReturnType<typeof logIn>>) => Promise<unknown>]>([
      ['by its id', (auth, tokens) => auth.revokeAccessToken(tokens.access_token)],
      ['with its session', (auth, tokens) => auth.revokeRefreshToken(tokens.refresh_token)],
      ['with all of its subject', (auth) => auth.revokeAllSessions('alice')],
    ])('end %s: at once where the store is asked, within the bound where a copy is', async (_, revoke) => {
      const [tokens, other] = [await logIn(), await processes[0].issueAccessToken('bob')]
      const good = { none: true, local: true, authoritative: true }
      expect(await judge(tokens.access_token)).toEqual(good)
      await revoke(processes[0], tokens)
      // The copy is as old as its last question, which is younger than its bound.
      expect(await judge(tokens.access_token)).toEqual({ none: true, local: true, authoritative: false })
      // A copy that is older than its bound, by a millisecond, is not judged by.
      runtime.advance(10.001)
      expect(await judge(tokens.access_token)).toEqual({ none: true, local: false, authoritative: false })
      expect(await judge(other)).toEqual(good)
      // A login from after is another one.
      expect(await judge((await logIn()).access_token)).toEqual(good)
    })
  })
})

function createProcess({ store, revocations }: CorpusStore, runtime: TestRuntime): Auth {
  return createAuth({
    origin: 'https://app.test',
    secrets: TEST_SECRETS,
    tokens: { issuer: 'https://api.test', audience: 'api' },
    sessions: storedSessions(store),
    revocations: { store: revocations },
    runtime,
  })
}
