/**
 * One scenario, the same bytes on every adapter.
 *
 * @module
 */

import { describe, expect, it } from 'vitest'
import type { Answer, HeaderLines } from './client.ts'
import { cookiePair, SAME_ORIGIN, type CurrentApplication, type TestApplication } from './harness.ts'
import { TRANSCRIPT } from './transcript-text.ts'

/** The headers that this library answers for. */
const HEADERS = ['www-authenticate', 'cache-control', 'vary', 'location'] as const

/** Runs the scenario and writes down what came back. Credentials are counted in place of being copied. */
async function recordTranscript({ send, bearer, runtime, store }: TestApplication): Promise<string> {
  const credentials: string[] = []
  const lines: string[] = []

  function mask(text: string): string {
    return text.replaceAll(/lks_[\w.-]+/g, (credential) => {
      if (!credentials.includes(credential)) credentials.push(credential)
      return `<credential ${credentials.indexOf(credential) + 1}>`
    })
  }
  async function step(line: string, headers: HeaderLines = {}): Promise<Answer> {
    const answer = await send(line, headers)
    lines.push(`${line}: ${answer.status}`)
    for (const name of HEADERS) {
      const value = answer.header(name)
      if (value !== undefined) lines.push(`  ${name}: ${value}`)
    }
    lines.push(...answer.setCookies.map((cookie) => `  set-cookie: ${mask(cookie)}`))
    if (answer.text !== '') lines.push(`  ${answer.text}`)
    return answer
  }

  await step('GET /me')
  await step('GET /maybe')
  await step('HEAD /me')
  await step('GET /me', { Authorization: bearer() })
  await step('GET /me', { Authorization: 'Bearer bad' })
  await step('GET /me', { Authorization: [bearer(), bearer()] })
  await step('GET /scope', { Authorization: bearer({ claims: { scope: 'read' } }) })
  const login = await step('POST /login?subject=user-1', SAME_ORIGIN)
  const Cookie = cookiePair(login)
  await step('GET /me', { Cookie })
  await step('GET /me', { Cookie, Authorization: bearer() })
  await step('POST /write?value=1', { Cookie, Origin: 'https://evil.test' })
  await step('POST /write?value=1', { ...SAME_ORIGIN, Cookie })
  await step('GET /read', { Cookie: ['theme=dark', Cookie] })
  runtime.advance('10m')
  await step('GET /redirect', { Cookie })
  await step('GET /step-up', { Cookie })
  store.fail('read')
  await step('GET /me', { Cookie })
  store.heal()
  await step('POST /logout', { ...SAME_ORIGIN, Cookie })
  await step('GET /me', { Cookie })
  await step('GET /maybe', { Cookie })
  await step('POST /login?subject=user-2', { Origin: 'https://evil.test' })
  return lines.join('\n')
}

/** Defines the test that compares an adapter with every other. */
export function describeTranscript(application: CurrentApplication): void {
  describe('a whole scenario', () => {
    it('is answered like on every other adapter, byte for byte', async () => {
      await expect(recordTranscript(application())).resolves.toBe(TRANSCRIPT.trim())
    })
  })
}
