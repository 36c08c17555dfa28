import { describe, expect, it } from 'vitest'
import { findCookieProblem, findOriginProblem } from './misconfiguration.ts'

const policy = { own: new Set(['https://app.test', 'https://admin.test:8443']) }
const headersOf = (fields: Record<string, string>) => ({ get: (name: string) => fields[name] ?? null })

describe('findOriginProblem()', () => {
  it.each<[Record<string, string>, string | undefined]>([
    [{ origin: 'http://app.test' }, 'origin_scheme'],
    [{ referer: 'http://app.test/login?next=1' }, 'origin_scheme'],
    [{ origin: 'http://admin.test:8443' }, 'origin_scheme'],
    [{ origin: 'https://app.test:3000' }, 'origin_port'],
    [{ origin: 'http://app.test:3000' }, 'origin_port'],
    [{ origin: 'https://admin.test' }, 'origin_port'],
    [{ origin: 'https://app.test' }, undefined],
    [{ origin: 'https://app.test', referer: 'http://app.test/' }, undefined],
    [{ origin: 'http://evil.test' }, undefined],
    [{ origin: 'http://app.test.evil.test' }, undefined],
    [{ origin: 'http://sub.app.test' }, undefined],
    [{ origin: 'null' }, undefined],
    [{ origin: '' }, undefined],
    [{ origin: 'http://app.test, http://app.test' }, undefined],
    [{ referer: 'about:blank' }, undefined],
    [{}, undefined],
  ])('of %j is %s', (fields, problem) => {
    expect(findOriginProblem(headersOf(fields), policy)).toBe(problem)
  })
})

describe('findCookieProblem()', () => {
  it.each<[Record<string, string>, string | undefined]>([
    [{ 'x-forwarded-proto': 'http' }, 'cookie_over_http'],
    [{ 'x-forwarded-proto': 'HTTP, https' }, 'cookie_over_http'],
    [{ forwarded: 'for=192.0.2.1;proto=http;by=203.0.113.4' }, 'cookie_over_http'],
    [{ forwarded: 'for=192.0.2.1; proto="http", for=10.0.0.1;proto=https' }, 'cookie_over_http'],
    [{ 'x-forwarded-proto': 'https' }, undefined],
    [{ 'x-forwarded-proto': 'https, http' }, undefined],
    [{ forwarded: 'proto=https;for=a, proto=http' }, undefined],
    [{ 'x-forwarded-proto': 'http', 'sec-fetch-site': 'none' }, undefined],
    [{ 'x-forwarded-proto': 'http', origin: 'https://app.test' }, undefined],
    [{ referer: 'http://app.test/' }, 'origin_scheme'],
    [{ referer: 'https://app.test/' }, undefined],
    [{}, undefined],
  ])('of %j is %s', (fields, problem) => {
    expect(findCookieProblem(headersOf(fields), policy)).toBe(problem)
  })
})
