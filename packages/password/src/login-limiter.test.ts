import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createTestLogin, PASSWORD } from './login.fixture.ts'
import { createLoginLimiter, type LoginLimiter, type LoginLimiterOptions } from './login-limiter.ts'
import { describeLoginLimiter } from './login-limiter.fixture.ts'
import { createMemoryCounter, type CreateRateCounter, type RateCounter } from './rate-counter.ts'

const START = 1_800_000_000_000

beforeEach(() => {
  vi.useFakeTimers({ now: START, toFake: ['Date', 'setTimeout', 'clearTimeout'] })
})

afterEach(() => {
  vi.useRealTimers()
})

describe('a limiter in memory', () => {
  const counters = new Map<string, RateCounter>()
  describeLoginLimiter(() => (options) => {
    const name = `${options.keyPrefix}/${options.points}`
    const counter = counters.get(name) ?? createMemoryCounter(options)
    counters.set(name, counter)
    return counter
  })
})

async function fail(limiter: LoginLimiter, times: number, account = 'ann', address = '192.0.2.1'): Promise<void> {
  for (let index = 0; index < times; index += 1) {
    expect(await limiter.reserve({ account, address })).toMatchObject({ ok: true })
  }
}

describe('createLoginLimiter()', () => {
  it('refuses after 10 failures on one account from one address, until the window ends', async () => {
    const limiter = createLoginLimiter({ account: { attempts: 1_000, window: '15m' } })
    await fail(limiter, 10)
    const attempt = { account: 'ann', address: '192.0.2.1' }
    expect(await limiter.reserve(attempt)).toEqual({ ok: false, by: 'account_address', retryAfter: 900 })
    vi.setSystemTime(START + 899_001)
    expect(await limiter.reserve(attempt)).toEqual({ ok: false, by: 'account_address', retryAfter: 1 })
    vi.setSystemTime(START + 900_000)
    expect(await limiter.reserve(attempt)).toMatchObject({ ok: true })
  })

  it('does not make the wait longer for those who try during it', async () => {
    const limiter = createLoginLimiter()
    await fail(limiter, 10)
    vi.setSystemTime(START + 600_000)
    for (let index = 0; index < 500; index += 1) await limiter.reserve({ account: 'ann', address: '192.0.2.1' })
    expect(await limiter.reserve({ account: 'ann', address: '192.0.2.1' })).toMatchObject({ retryAfter: 300 })
    vi.setSystemTime(START + 900_000)
    await fail(limiter, 10)
  })

  it('refuses the 11th failure on one account from changing addresses', async () => {
    const limiter = createLoginLimiter()
    for (let index = 1; index <= 10; index += 1) await fail(limiter, 1, 'ann', `192.0.2.${index}`)
    expect(await limiter.reserve({ account: 'ann', address: '192.0.2.11' })).toEqual({
      ok: false,
      by: 'account',
      retryAfter: 900,
    })
    await fail(limiter, 1, 'bob', '192.0.2.11')
  })

  it('refuses an address that tries one password on many accounts', async () => {
    const limiter = createLoginLimiter({ address: { attempts: 20, window: '15m' } })
    for (let index = 1; index <= 20; index += 1) await fail(limiter, 1, `user-${index}`)
    expect(await limiter.reserve({ account: 'user-21', address: '192.0.2.1' })).toMatchObject({ by: 'address' })
    await fail(limiter, 1, 'user-21', '192.0.2.2')
  })

  it('takes the addresses of one IPv6 network for one', async () => {
    const limiter = createLoginLimiter({ account: { attempts: 1_000, window: '15m' } })
    for (let index = 1; index <= 10; index += 1) await fail(limiter, 1, 'ann', `2001:db8::${index.toString(16)}`)
    expect(await limiter.reserve({ account: 'ann', address: '2001:DB8:0:0:ffff::9' })).toMatchObject({ ok: false })
    await fail(limiter, 1, 'ann', '2001:db8:0:1::1')
  })

  it('does not let a guesser start over by logging in to an account of their own', async () => {
    const limiter = createLoginLimiter({
      address: { attempts: 12, window: '15m' },
      account: { attempts: 99, window: '15m' },
    })
    await fail(limiter, 9, 'ann')
    for (let index = 0; index < 5; index += 1) {
      const own = await limiter.reserve({ account: 'mallory', address: '192.0.2.1' })
      expect(own).toMatchObject({ ok: true })
      if (own.ok) await own.succeed()
    }
    await fail(limiter, 1, 'ann')
    expect(await limiter.reserve({ account: 'ann', address: '192.0.2.1' })).toMatchObject({ by: 'account_address' })
    await fail(limiter, 2, 'bob')
    expect(await limiter.reserve({ account: 'bob', address: '192.0.2.1' })).toMatchObject({ by: 'address' })
  })

  it('forgets the failures of an account from an address after a login from there', async () => {
    const limiter = createLoginLimiter()
    await fail(limiter, 9)
    const right = await limiter.reserve({ account: 'ann', address: '192.0.2.1' })
    if (right.ok) await right.succeed()
    await fail(limiter, 10)
  })

  it('takes an address for familiar until familiarFor is over', async () => {
    const limiter = createLoginLimiter({ familiarFor: '1d', account: { attempts: 1, window: '7d' } })
    const home = { account: 'ann', address: '198.51.100.7' }
    const first = await limiter.reserve(home)
    if (first.ok) await first.succeed()
    await fail(limiter, 1, 'ann', '203.0.113.1')
    vi.setSystemTime(START + 86_399_999)
    expect(await limiter.reserve(home)).toMatchObject({ ok: true })
    await vi.advanceTimersByTimeAsync(86_400_001)
    expect(await limiter.reserve(home)).toMatchObject({ ok: false, by: 'account' })
  })

  it('does not take the address of one account for familiar to another', async () => {
    const limiter = createLoginLimiter({ account: { attempts: 1, window: '15m' } })
    const own = await limiter.reserve({ account: 'mallory', address: '203.0.113.1' })
    if (own.ok) await own.succeed()
    await fail(limiter, 1, 'ann', '192.0.2.9')
    expect(await limiter.reserve({ account: 'ann', address: '203.0.113.1' })).toMatchObject({ by: 'account' })
  })

  it('counts clients without an address as one', async () => {
    const limiter = createLoginLimiter()
    for (let index = 0; index < 10; index += 1) await limiter.reserve({ account: 'ann', address: undefined })
    expect(await limiter.reserve({ account: 'ann', address: 'nonsense' })).toMatchObject({ ok: false })
  })

  it.each([
    ['__proto__', '__proto__'],
    ['constructor', 'constructor'],
    ['a:b', 'a:b'],
    ['U+0000', '\u0000'],
    ['320 letters', 'x'.repeat(320)],
    ['320 signs', '\u20ac'.repeat(320)],
  ])('counts the account %s like any other, under a key of fixed length', async (_, account) => {
    const keys: string[] = []
    const limiter = createLoginLimiter({
      createCounter: (options) => {
        const counter = createMemoryCounter(options)
        return {
          ...bind(counter),
          consume: (key, points) => {
            keys.push(key)
            return counter.consume(key, points)
          },
        }
      },
    })
    await fail(limiter, 10, account)
    expect(await limiter.reserve({ account, address: '192.0.2.1' })).toMatchObject({ ok: false })
    for (const key of keys) expect(key).toMatch(/^[A-Za-z0-9_-]{43}$/)
  })

  it.each<[string, object]>([
    ['limiter.adress', { adress: {} }],
    ['limiter.account.attempts', { account: { attempts: 0, window: '15m' } }],
    ['limiter.account.attempts', { account: { window: '15m' } }],
    ['limiter.account.window', { account: { attempts: 1 } }],
    ['limiter.account.window', { account: { attempts: 1, window: '25d' } }],
    ['limiter.account.window', { account: { attempts: 1, window: 0.5 } }],
    ['limiter.address', { address: null }],
    ['limiter.familiarFor', { familiarFor: '30d' }],
    ['limiter.createCounter', { createCounter: {} }],
    ['limiter.whenUnavailable', { whenUnavailable: 'ignore' }],
  ])('refuses the option %s: %o', (option, options) => {
    expect(() => createLoginLimiter(options)).toThrow(expect.objectContaining({ code: 'ERR_CONFIG', option }))
  })
})

function bind(counter: RateCounter): RateCounter {
  return {
    consume: counter.consume.bind(counter),
    reward: counter.reward.bind(counter),
    get: counter.get.bind(counter),
    set: counter.set.bind(counter),
    delete: counter.delete.bind(counter),
  }
}

/** Memory counters that fail on the calls named. */
function createFailing(...failing: (keyof RateCounter)[]): CreateRateCounter {
  return (options) => {
    const counter = bind(createMemoryCounter(options))
    const broken = failing.map((name) => [name, () => Promise.reject(new Error('connection lost'))])
    return Object.assign(counter, Object.fromEntries(broken))
  }
}

describe('an outage of the store', () => {
  it.each([['get'], ['consume']] as const)('refuses every attempt with 503 when %s fails', async (call) => {
    const limiter = createLoginLimiter({ createCounter: createFailing(call) })
    await expect(limiter.reserve({ account: 'ann', address: '192.0.2.1' })).rejects.toMatchObject({
      code: 'ERR_UNAVAILABLE',
      status: 503,
      cause: expect.objectContaining({ message: 'connection lost' }),
    })
  })

  it.each([['get'], ['consume']] as const)(
    'lets attempts pass when %s fails and it is told to accept',
    async (call) => {
      const options: LoginLimiterOptions = { createCounter: createFailing(call), whenUnavailable: 'accept' }
      expect(await createLoginLimiter(options).reserve({ account: 'ann', address: '192.0.2.1' })).toMatchObject({
        ok: true,
      })
    },
  )

  it('does not fail a login that has succeeded', async () => {
    const limiter = createLoginLimiter({ createCounter: createFailing('reward', 'delete', 'set') })
    const reservation = await limiter.reserve({ account: 'ann', address: '192.0.2.1' })
    expect(reservation.ok).toBe(true)
    if (reservation.ok) await expect(reservation.succeed()).resolves.toBeUndefined()
  })

  it('is never taken for an exhausted limit, whatever the store rejects with', async () => {
    for (const reason of [
      null,
      undefined,
      'lost',
      {},
      { msBeforeNext: 'soon' },
      Object.assign(new Error('lost'), { msBeforeNext: 1 }),
    ]) {
      const limiter = createLoginLimiter({
        createCounter: (options) => ({
          ...bind(createMemoryCounter(options)),
          async consume() {
            throw reason as unknown
          },
        }),
      })
      await expect(limiter.reserve({ account: 'ann', address: '192.0.2.1' })).rejects.toMatchObject({
        code: 'ERR_UNAVAILABLE',
      })
    }
  })
})

describe('a throttled login', () => {
  it('gets 429 with Retry-After, and nothing is looked up or hashed, whether the account exists or not', async () => {
    for (const login of ['ann', 'eve']) {
      const app = await createTestLogin({ limiter: createLoginLimiter() })
      const attempt = (password: string) => app.login.check({ login, password, address: '192.0.2.1' })
      for (let index = 0; index < 10; index += 1) {
        expect(await attempt('wrong')).toMatchObject({ code: 'invalid_credentials' })
      }
      app.calls.length = 0
      app.events.length = 0
      expect(await attempt(PASSWORD)).toEqual({
        ok: false,
        code: 'throttled',
        denial: {
          status: 429,
          headers: { 'cache-control': 'no-store', 'retry-after': '900' },
          body: { error: 'too_many_attempts' },
        },
      })
      expect(app.calls).toEqual([])
      expect(app.events).toEqual([{ type: 'password_throttled', by: 'account_address', retryAfter: 900 }])
    }
  })

  it('is judged at most 10 times in 100 parallel guesses', async () => {
    const app = await createTestLogin({ limiter: createLoginLimiter() })
    const results = await Promise.all(
      Array.from({ length: 100 }, (_, index) =>
        app.login.check({ login: 'ann', password: `guess ${index}`, address: '192.0.2.1' }),
      ),
    )
    expect(app.calls.filter((call) => call === 'verify')).toHaveLength(10)
    expect(results.filter((result) => !result.ok && result.code === 'throttled')).toHaveLength(90)
  })

  it('never comes of right passwords', async () => {
    const app = await createTestLogin({ limiter: createLoginLimiter({ address: { attempts: 3, window: '15m' } }) })
    for (let index = 0; index < 12; index += 1) {
      expect(await app.login.check({ login: 'ann', password: PASSWORD, address: '192.0.2.1' })).toMatchObject({
        ok: true,
      })
    }
  })

  it('does not count logins that a fault ended', async () => {
    const app = await createTestLogin({ limiter: createLoginLimiter({ account: { attempts: 1, window: '1m' } }) })
    app.hooks.before = () => {
      throw new Error('connection lost')
    }
    for (let index = 0; index < 3; index += 1) {
      await expect(app.login.check({ login: 'ann', password: PASSWORD, address: '192.0.2.1' })).rejects.toThrow()
    }
    delete app.hooks.before
    expect(await app.login.check({ login: 'ann', password: PASSWORD, address: '192.0.2.1' })).toMatchObject({
      ok: true,
    })
  })
})
