/**
 * What holds for a limiter on any store.
 *
 * @module
 */

import { randomUUID } from 'node:crypto'
import { expect, it } from 'vitest'
import { createLoginLimiter, type LoginLimiter, type LoginLimiterOptions } from './login-limiter.ts'
import type { CreateRateCounter } from './rate-counter.ts'

const WINDOW = '15m'

/** The tests of a limiter on one store. `createCounter` must reach the same store each time. */
export function describeLoginLimiter(createCounter: () => CreateRateCounter): void {
  function create(options: LoginLimiterOptions = {}): LoginLimiter {
    return createLoginLimiter({ createCounter: createCounter(), ...options })
  }

  it('lets no more of 1,000 parallel guesses through than the limit', async () => {
    const limiters: readonly [LoginLimiter, LoginLimiter] = [create(), create()]
    const account = randomUUID()
    const results = await Promise.all(
      Array.from({ length: 1_000 }, (_, index) =>
        limiters[index % 2 === 0 ? 0 : 1].reserve({ account, address: `203.0.113.${index % 7}` }),
      ),
    )
    expect(results.filter((result) => result.ok)).toHaveLength(10)
  })

  it('lets no more of 1,000 parallel guesses from one address through than the limit', async () => {
    const limiter = create({ address: { attempts: 37, window: WINDOW } })
    const address = `2001:db8:${randomUUID().slice(0, 4)}:${randomUUID().slice(0, 4)}::`
    const results = await Promise.all(
      Array.from({ length: 1_000 }, (_, index) =>
        limiter.reserve({ account: randomUUID(), address: `${address}${(index + 1).toString(16)}` }),
      ),
    )
    expect(results.filter(({ ok }) => ok)).toHaveLength(37)
  })

  it('counts what another process counted', async () => {
    const account = randomUUID()
    const limits = { accountAddress: { attempts: 2, window: WINDOW } } as const
    const attempt = { account, address: '192.0.2.1' }
    expect(await create(limits).reserve(attempt)).toMatchObject({ ok: true })
    expect(await create(limits).reserve(attempt)).toMatchObject({ ok: true })
    const refused = await create(limits).reserve(attempt)
    expect(refused).toMatchObject({ ok: false, by: 'account_address' })
    expect(refused.ok ? 0 : refused.retryAfter).toBeGreaterThan(890)
    expect(refused.ok ? 0 : refused.retryAfter).toBeLessThanOrEqual(900)
  })

  it('gives attempts back that were never judged', async () => {
    const limiter = create({ accountAddress: { attempts: 1, window: WINDOW } })
    const attempt = { account: randomUUID(), address: '192.0.2.2' }
    for (let round = 0; round < 3; round += 1) {
      const reservation = await limiter.reserve(attempt)
      expect(reservation).toMatchObject({ ok: true })
      if (reservation.ok) await reservation.cancel()
    }
  })

  it('lets the owner in at a known address while others guess from everywhere', async () => {
    const limiter = create()
    const account = randomUUID()
    const home = { account, address: '198.51.100.7' }
    const first = await limiter.reserve(home)
    if (first.ok) await first.succeed()
    for (let index = 0; index < 40; index += 1) await limiter.reserve({ account, address: `203.0.113.${index}` })
    expect(await limiter.reserve({ account, address: '203.0.113.99' })).toMatchObject({ ok: false, by: 'account' })
    expect(await limiter.reserve(home)).toMatchObject({ ok: true })
  })
}
