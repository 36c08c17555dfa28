import { TEST_KEYS, TEST_SECRETS } from '@latchkey/testing'
import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { DEFAULTS, resolveConfig, type AuthConfig } from './config.ts'
import { createMemorySessionStore } from './memory/session-store.ts'
import { storedSessions } from './session/stored.ts'
import { createKeyring } from './token/keyring.ts'

const tokens = { issuer: 'https://api.test', audience: 'api' }
const sessions = storedSessions(createMemorySessionStore())
const good: AuthConfig<unknown, object> = { origin: 'https://app.test', secrets: TEST_SECRETS, tokens, sessions }

function resolve(changes: object) {
  return resolveConfig({ ...good, ...changes })
}

describe('resolveConfig()', () => {
  afterEach(() => {
    for (const name of ['insecurePlainHttp', 'insecureAllowMissingOrigin', 'origin'])
      Reflect.deleteProperty(Object.prototype, name)
  })

  it('applies every default', () => {
    expect(resolve({})).toMatchObject({
      origins: { own: new Set(['https://app.test']), trusted: new Set(), allowMissing: false },
      bearerFirst: false,
      challenge: { scheme: 'Bearer', realm: 'api' },
      leeway: 5_000,
      cookie: { name: '__Host-session', secure: true },
      apiKeys: undefined,
      users: undefined,
    })
  })

  it('is frozen, and deaf to later changes of what it was given', () => {
    const origin = ['https://app.test']
    const config = resolve({ origin })
    origin.push('https://evil.test')
    expect(config.origins.own).toEqual(new Set(['https://app.test']))
    expect(Object.isFrozen(config) && Object.isFrozen(config.origins) && Object.isFrozen(DEFAULTS)).toBe(true)
  })

  it.each<[object, string]>([
    [{ sesions: sessions }, 'sesions'],
    [{ tokens: undefined, sessions: undefined }, 'tokens'],
    [{ origin: undefined }, 'origin'],
    [{ origin: 'http://app.test' }, 'origin'],
    [{ origin: 'https://app.test/' }, 'origin'],
    [{ origin: [] }, 'origin'],
    [{ origin: null }, 'origin'],
    [{ trustedOrigins: 'https://x.test' }, 'trustedOrigins'],
    [{ trustedOrigins: ['*'] }, 'trustedOrigins'],
    [{ secrets: undefined }, 'secrets'],
    [{ secrets: undefined, sessions: undefined }, 'secrets'],
    [{ secrets: {} }, 'secrets'],
    [{ signWith: 2 }, 'signWith'],
    [{ cookie: { name: '' } }, 'cookie.name'],
    [{ cookie: { insecurePlainHttp: true } }, 'cookie.insecurePlainHttp'],
    [{ cookie: null }, 'cookie'],
    [{ apiKeys: {} }, 'apiKeys'],
    [{ apiKeys: { verify: () => null } }, 'apiKeys.prefix'],
    [{ apiKeys: { verify: () => null, prefix: '' } }, 'apiKeys.prefix'],
    [{ apiKeys: { verify: () => null, prefix: 'a b' } }, 'apiKeys.prefix'],
    [{ users: {} }, 'users'],
    [{ users: () => null }, 'users'],
    [{ users: { findById: () => null, statusOf: 'active' } }, 'users.statusOf'],
    [{ credentials: 'both' }, 'credentials'],
    [{ realm: '' }, 'realm'],
    [{ realm: 'a"b' }, 'realm'],
    [{ realm: 'a\r\nb' }, 'realm'],
    [{ insecureAllowMissingOrigin: 'true' }, 'insecureAllowMissingOrigin'],
    [{ insecureAllowMissingOrigin: 0 }, 'insecureAllowMissingOrigin'],
    [{ onEvent: 'log' }, 'onEvent'],
    [{ tokens: { ...tokens, issuer: '' } }, 'tokens.issuer'],
  ])('refuses %j and names the option', (changes, option) => {
    expect(() => resolve(changes)).toThrow(expect.objectContaining({ code: 'ERR_CONFIG', option }))
  })

  it.each([undefined, null, 'x', 1, []])('refuses %j for a configuration', (config) => {
    expect(() => resolveConfig(config as never)).toThrow(expect.objectContaining({ code: 'ERR_CONFIG' }))
  })

  it('needs no secrets for tokens that have keys of their own', async () => {
    const keys = await createKeyring([TEST_KEYS.EdDSA])
    const config = resolveConfig({ tokens: { ...tokens, keys } })
    expect(config.sessions).toBeUndefined()
    expect(() => resolveConfig({ tokens: { ...tokens, keys }, signWith: 1 })).toThrow(
      expect.objectContaining({ option: 'signWith' }),
    )
  })

  it('challenges by the Session scheme where there are no tokens', () => {
    expect(resolve({ tokens: undefined, realm: 'shop' }).challenge).toEqual({ scheme: 'Session', realm: 'shop' })
  })

  it('admits plain http where the cookie says so', () => {
    const config = resolve({ origin: 'http://localhost:3000', cookie: { insecurePlainHttp: true } })
    expect(config.cookie).toMatchObject({ name: 'session', secure: false })
  })

  it('reads nothing from a polluted prototype', () => {
    Object.assign(Object.prototype, { insecureAllowMissingOrigin: true, insecurePlainHttp: true })
    const config = resolve({})
    expect(config.origins.allowMissing).toBe(false)
    expect(config.cookie.secure).toBe(true)
    expect(() => resolveConfig({ secrets: TEST_SECRETS, sessions })).toThrow(
      expect.objectContaining({ option: 'origin' }),
    )
  })

  it('never lets a listener that fails fail the caller', () => {
    const config = resolve({
      onEvent: () => {
        throw new Error('logger down')
      },
    })
    expect(() => config.emit({ type: 'rejected', code: 'cross_origin' })).not.toThrow()
  })

  it('takes nothing but what it knows: any other value of any option is refused by its name', () => {
    const value = fc.oneof(
      fc.constant(null),
      fc.boolean(),
      fc.integer(),
      fc.double(),
      fc.string(),
      fc.array(fc.integer()),
      fc.dictionary(fc.string(), fc.integer()),
    )
    const name = fc.constantFrom(...(Object.keys(DEFAULTS) as (keyof typeof DEFAULTS)[]))
    fc.assert(
      fc.property(name, value, (option, wrong) => {
        try {
          resolve({ [option]: wrong })
        } catch (error) {
          expect(error).toMatchObject({ code: 'ERR_CONFIG' })
          expect((error as { option: string }).option.split('.')[0]).toBe(option)
          return
        }
        // What is accepted is one of the few plain values that options take.
        expect(['realm', 'insecureAllowMissingOrigin', 'trustedOrigins', 'cookie', 'signWith']).toContain(option)
      }),
      { numRuns: 500 },
    )
  })
})
