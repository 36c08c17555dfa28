import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createRangeBreachCheck, type BreachFetch, type RangeBreachCheckOptions } from './range-breach-check.ts'

// SHA-1 of "password" is 5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD8.
const PREFIX = '5BAA6'
const SUFFIX = '1E4C9B93F3F0682250B6CF8331B7EE68FD8'
const PADDING = `${'0'.repeat(34)}A:0`
const URL_BEFORE = 'https://ranges.example/range/'

function createAsked(text: string, status = 200) {
  const asked: Parameters<BreachFetch>[] = []
  const fetch: BreachFetch = async (...call) => {
    asked.push(call)
    return { status, text: async () => text }
  }
  return { asked, fetch }
}

function createCheck(fetch: BreachFetch, options: Partial<RangeBreachCheckOptions> = {}) {
  return createRangeBreachCheck({ fetch, url: URL_BEFORE, whenUnavailable: 'refuse', ...options })
}

afterEach(() => {
  vi.useRealTimers()
})

describe('createRangeBreachCheck()', () => {
  it('sends five digits of the SHA-1 and nothing else of the password, and asks for padding', async () => {
    const { asked, fetch } = createAsked(PADDING)
    await createCheck(fetch)('password')
    expect(asked.map(([url]) => url)).toEqual([URL_BEFORE + PREFIX])
    expect(asked[0]?.[1]).toMatchObject({ headers: { 'Add-Padding': 'true' }, redirect: 'error' })
  })

  it.each([
    ['its suffix is in the range', `${PADDING}\r\n${SUFFIX}:42\r\n`, true],
    ['its suffix is in lower case', `${SUFFIX.toLowerCase()}:1`, true],
    ['its suffix is padding', `${SUFFIX}:0\r\n${PADDING}`, false],
    ['only others are in the range', `${'0'.repeat(35)}:9`, false],
    ['the range is empty', '', false],
  ])('answers rightly when %s', async (_, text, found) => {
    expect(await createCheck(createAsked(text).fetch)('password')).toBe(found)
  })

  it('counts from minCount on', async () => {
    const { fetch } = createAsked(`${SUFFIX}:10`)
    expect(await createCheck(fetch, { minCount: 10 })('password')).toBe(true)
    expect(await createCheck(fetch, { minCount: 11 })('password')).toBe(false)
  })

  const hanging: BreachFetch = () => new Promise(() => {})
  const FAILURES: [string, BreachFetch][] = [
    ['the connection fails', () => Promise.reject(new Error('refused'))],
    ['the status is 503', createAsked(`${SUFFIX}:42`, 503).fetch],
    ['the status is 204', createAsked('', 204).fetch],
    ['the answer is a page', createAsked('<html>sign in</html>').fetch],
    ['the answer is larger than any range', createAsked(`${SUFFIX}:42\n`.repeat(40_000)).fetch],
    ['the body breaks off', async () => ({ status: 200, text: () => Promise.reject(new Error('reset')) })],
  ]

  it.each(FAILURES)('refuses with 503 when %s and it is told to refuse', async (_, fetch) => {
    await expect(createCheck(fetch)('password')).rejects.toMatchObject({ code: 'ERR_UNAVAILABLE', status: 503 })
  })

  it.each(FAILURES)('lets the password pass when %s and it is told to accept', async (_, fetch) => {
    expect(await createCheck(fetch, { whenUnavailable: 'accept' })('password')).toBe(false)
  })

  it('gives up after the timeout, aborts the request, and leaves no timer behind', async () => {
    vi.useFakeTimers()
    let signal: AbortSignal | undefined
    const check = createCheck(
      (url, init) => {
        signal = init.signal
        return hanging(url, init)
      },
      { timeout: '2s' },
    )
    const outcome = check('password').catch((error: unknown) => error)
    await vi.advanceTimersByTimeAsync(1_999)
    expect(signal?.aborted).toBe(false)
    await vi.advanceTimersByTimeAsync(1)
    expect(await outcome).toMatchObject({ code: 'ERR_UNAVAILABLE' })
    expect(signal?.aborted).toBe(true)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('works with the global fetch and follows no redirect', async () => {
    const server = createServer((request, response) => {
      if (request.url === `/range/${PREFIX}`) {
        response.end(request.headers['add-padding'] === 'true' ? `${SUFFIX}:7` : '')
      } else response.writeHead(302, { location: `/range/${PREFIX}` }).end()
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    try {
      const check = (path: string) =>
        createRangeBreachCheck({ fetch, url: `http://127.0.0.1:${port}/${path}/`, whenUnavailable: 'refuse' })(
          'password',
        )
      expect(await check('range')).toBe(true)
      await expect(check('elsewhere')).rejects.toMatchObject({ code: 'ERR_UNAVAILABLE' })
    } finally {
      await new Promise((resolve) => server.close(resolve))
    }
  })

  it.each<[string, object]>([
    ['breachCheck.whenUnavailable', { whenUnavailable: undefined }],
    ['breachCheck.whenUnavailable', { whenUnavailable: 'ignore' }],
    ['breachCheck.fetch', { fetch: undefined }],
    ['breachCheck.url', { url: 'http://ranges.example/range/' }],
    ['breachCheck.url', { url: 'https://ranges.example/range' }],
    ['breachCheck.url', { url: 'https://ranges.example/range/?x=/' }],
    ['breachCheck.url', { url: 'ranges' }],
    ['breachCheck.timeout', { timeout: '31s' }],
    ['breachCheck.minCount', { minCount: 0 }],
    ['breachCheck.retries', { retries: 1 }],
  ])('refuses the option %s: %o', (option, options) => {
    expect(() => createCheck(hanging, options)).toThrow(expect.objectContaining({ code: 'ERR_CONFIG', option }))
  })
})
