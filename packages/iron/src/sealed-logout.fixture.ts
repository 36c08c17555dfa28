/**
 * What a logout of a sealed session does, on any revocation store.
 *
 * @module
 */

import type { RevocationStore } from '@latchkey/core'
import { describe, expect, it } from 'vitest'
import { createSealedApp, type SealedApp } from './sealed.fixture.ts'

const GONE = expect.objectContaining({ code: 'ERR_SESSION_CONFLICT', reason: 'gone' })

/** Defines the tests. Each asks for an empty store. */
export function describeSealedLogout(
  name: string,
  makeRevocations: () => RevocationStore | Promise<RevocationStore>,
): void {
  describe(`sealedSessions(): with revocations in ${name}`, () => {
    const setUp = async (): Promise<SealedApp> => createSealedApp({ revocations: await makeRevocations() })
    it('ends every copy of the cookie at logout, renewed and rewritten ones too', async () => {
      const app = await setUp()
      const first = await app.logIn('alice')
      const other = await app.logIn('alice')
      const exchange = app.open(first)
      await (await exchange.session()).set('a', 1)
      const second = exchange.cookie()
      expect(await app.auth.logout(app.open(second).context)).toEqual({ ok: true, revoked: true })
      expect([await app.judge(first), await app.judge(second), await app.judge(other)]).toEqual([
        'session_unknown',
        'session_unknown',
        'in',
      ])
      expect(await app.auth.logout(app.open(first).context)).toEqual({ ok: true, revoked: false })
    })

    it('stays destroyed under writes of other requests', async () => {
      const app = await setUp()
      const cookie = await app.begin({ a: 1 })
      const [one, two] = [await app.open(cookie).session(), await app.open(cookie).session()]
      expect(await one.destroy()).toBe(true)
      for (const write of [
        two.set('b', 1),
        two.update((all) => all),
        two.take('a'),
        two.delete('a'),
        two.delete('b'),
        two.rotate(),
      ]) {
        await expect(write).rejects.toThrow(GONE)
      }
      await expect(one.set('b', 1)).rejects.toThrow(GONE)
      expect(await two.destroy()).toBe(false)
    })

    it('ends the session that a login replaces', async () => {
      const app = await setUp()
      const anonymous = await app.begin({ a: 1 })
      await app.logIn('alice', { cookie: anonymous })
      expect(await app.values(anonymous)).toEqual({})
    })

    it('rotates to a new id, voids the cookie from before, and leaves one of two rotations at once', async () => {
      const app = await setUp()
      const cookie = await app.logIn('alice')
      const [one, two] = [app.open(cookie), app.open(cookie)]
      const [left, right] = [await one.session(), await two.session()]
      const { id } = left
      const outcomes = await Promise.allSettled([left.rotate(), right.rotate()])
      expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
      const [winner, session] = outcomes[0]?.status === 'fulfilled' ? [one, left] : [two, right]
      expect(session.id).not.toBe(id)
      expect([await app.judge(cookie), await app.judge(winner.cookie())]).toEqual(['session_unknown', 'in'])
    })

    it('ends one session by id, and not one of another subject', async () => {
      const app = await setUp()
      const cookie = await app.logIn('alice')
      const id = (await app.open(cookie).session()).id ?? ''
      expect(await app.auth.revokeSession('bob', id)).toBe(true)
      expect(await app.judge(cookie)).toBe('in')
      expect(await app.auth.revokeSession('alice', 'no id')).toBe(false)
      expect(await app.auth.revokeSession('alice', id)).toBe(true)
      expect(await app.judge(cookie)).toBe('session_unknown')
      expect(await app.auth.revokeSession('alice', id)).toBe(false)
    })

    it('ends all sessions of a subject, all but one, which survives its own rotation', async () => {
      const app = await setUp()
      const [one, two, bobs] = [await app.logIn('alice'), await app.logIn('alice'), await app.logIn('bob')]
      const exchange = app.open(two)
      const session = await exchange.session()
      await app.auth.revokeAllSessions('alice', { except: session.id ?? '' })
      expect([await app.judge(one), await app.judge(two), await app.judge(bobs)]).toEqual([
        'session_unknown',
        'in',
        'in',
      ])
      await session.rotate()
      expect([await app.judge(two), await app.judge(exchange.cookie())]).toEqual(['session_unknown', 'in'])
      await app.auth.revokeAllSessions('alice', { except: (await app.open(one).session()).id ?? '0'.repeat(32) })
      expect([await app.judge(one), await app.judge(exchange.cookie())]).toEqual(['session_unknown', 'session_unknown'])
    })

    it('refuses a login that was judged by what was cut off meanwhile', async () => {
      const app = await setUp()
      const epoch = await app.auth.epochOf('alice')
      await app.auth.revokeAllSessions('alice')
      await expect(app.logIn('alice', { epoch })).rejects.toThrow('login_cut_off')
      expect(await app.judge(await app.logIn('alice'))).toBe('in')
    })
  })
}
