/**
 * Session writes when the response's headers are gone.
 *
 * @module
 */

import { describe, expect, it } from 'vitest'
import type { HeaderLines } from './client.ts'
import type { CurrentApplication, TestApplication } from './harness.ts'

/** Defines the tests of responses that are sent bit by bit. */
export function describeStreaming(application: CurrentApplication): void {
  /** Lets the handler go on only when the client has the headers. */
  function stream({ send, onPause }: TestApplication, headers: HeaderLines) {
    const arrived = Promise.withResolvers<void>()
    onPause(() => arrived.promise)
    return send('GET /stream', headers, { onHeaders: arrived.resolve })
  }

  describe('a response that has begun', () => {
    it('refuses the first write of a visitor, for whom there is no cookie any more, and stores nothing', async () => {
      const answer = await stream(application(), {})
      expect(answer.status).toBe(200)
      expect(answer.text).toBe('first headers_sent')
      expect(answer.setCookies).toEqual([])
      const { store, drainStore } = application()
      expect(store.calls).toEqual([])
      await expect(drainStore()).resolves.toBe(0)
    })

    it('lets a session be written that was there before', async () => {
      const { send, logIn } = application()
      const Cookie = await logIn()
      const answer = await stream(application(), { Cookie })
      expect(answer.text).toBe('first written')
      expect((await send('GET /read', { Cookie })).json()).toEqual({ value: 'streamed' })
    })

    it('has renewed the session before it began', async () => {
      const { logIn, runtime } = application()
      const Cookie = await logIn()
      runtime.advance('10m')
      const answer = await stream(application(), { Cookie })
      expect(answer.setCookies).toHaveLength(1)
      expect(answer.text).toBe('first written')
    })
  })
}
