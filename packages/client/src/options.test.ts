import { describe, expect, it } from 'vitest'
import { resolveOptions, type AuthFetchOptions } from './options.ts'
import type { BasicFetch, FetchResponse } from './platform.ts'

const URLS = { refreshUrl: 'https://api.test/auth/refresh', revokeUrl: 'https://api.test/auth/revoke' }

describe('resolveOptions()', () => {
  it.each<[string, object]>([
    ['refreshUrl', {}],
    ['refreshUrl', { refreshUrl: '/auth/refresh' }],
    ['refreshUrl', { refreshUrl: 1 }],
    ['revokeUrl', { ...URLS, revokeUrl: 'http://[' }],
    ['origins', { refresh: async () => new Response() }],
    ['origins', { ...URLS, origins: [] }],
    ['origins', { ...URLS, origins: ['https://api.test/'] }],
    ['origins', { ...URLS, origins: ['https://*.test'] }],
    ['origins', { ...URLS, origins: ['null'] }],
    ['origins', { ...URLS, origins: 'https://api.test' }],
    ['carry', { ...URLS, carry: 'header' }],
    ['renewAhead', { ...URLS, renewAhead: -1 }],
    ['renewAhead', { ...URLS, renewAhead: NaN }],
    ['timeout', { ...URLS, timeout: 61 }],
    ['timeout', { ...URLS, timeout: '8s' }],
    ['retries', { ...URLS, retries: 5 }],
  ])('names the option %s of %j', (option, options) => {
    expect(() => resolveOptions(options as AuthFetchOptions)).toThrow(
      expect.objectContaining({ code: 'ERR_CONFIG', message: expect.stringContaining(`"${option}"`) }),
    )
  })

  it('has the documented defaults', () => {
    expect(resolveOptions({ ...URLS })).toMatchObject({
      inCookie: false,
      storageKey: 'latchkey',
      origins: new Set(['https://api.test']),
      renewAhead: 60_000,
      timeout: 8_000,
    })
  })

  it('resolves addresses against the base', () => {
    const { origins } = resolveOptions({ refreshUrl: '/auth/refresh', baseUrl: 'https://app.test/page' })
    expect(origins).toEqual(new Set(['https://app.test']))
  })

  async function sentBy(carry: 'body' | 'cookie', name: 'refresh' | 'revoke') {
    const sent: { input: unknown; init: RequestInit }[] = []
    const fetch: BasicFetch = async (input, init): Promise<FetchResponse> => {
      sent.push({ input, init: init as RequestInit })
      return new Response()
    }
    await resolveOptions({ ...URLS, carry, fetch })[name]?.(
      carry === 'body' ? 'lkr_1' : null,
      new AbortController().signal,
    )
    return sent[0]
  }

  it('sends a token in a body of JSON, and no cookie, and follows no redirect', async () => {
    const refresh = await sentBy('body', 'refresh')
    expect(refresh).toMatchObject({
      input: URLS.refreshUrl,
      init: { method: 'POST', redirect: 'error', credentials: 'omit', body: '{"refresh_token":"lkr_1"}' },
    })
    expect(new Headers(refresh?.init.headers).get('content-type')).toBe('application/json')
    expect(await sentBy('body', 'revoke')).toMatchObject({ input: URLS.revokeUrl, init: { body: '{"token":"lkr_1"}' } })
  })

  it('lets the cookie ride along where it holds the token', async () => {
    for (const name of ['refresh', 'revoke'] as const) {
      const sent = await sentBy('cookie', name)
      expect(sent).toMatchObject({ init: { method: 'POST', redirect: 'error', credentials: 'include' } })
      expect(sent?.init).not.toHaveProperty('body')
    }
  })
})
