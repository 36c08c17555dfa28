/**
 * The refresh token in a cookie of its own, for clients that are pages.
 *
 * @module
 */

import type { AccessTokenClaims } from '../authentication.ts'
import type { BaseConfig, Config } from '../config.ts'
import { ConfigError, UsageError } from '../faults.ts'
import { createCookie, type CookieOptions } from '../http/cookie.ts'
import { createDenial, type Denial } from '../http/denial.ts'
import { parameterOf, type FormParameters } from '../http/form.ts'
import { isPlainObject } from '../json.ts'
import { readClock } from '../runtime.ts'
import { crossOriginReason, isCrossOrigin, isCrossOriginChange, type CookieExchange } from './exchange.ts'
import { expiryOf, type TokenResponse } from './token-response.ts'

/** How the cookie is named and scoped. `HttpOnly` is always set, and `Secure` unless `cookie.insecurePlainHttp` is. */
export interface RefreshCookieOptions extends Omit<CookieOptions, 'insecurePlainHttp'> {
  /** The path under which tokens are refreshed and revoked: the browser sends the cookie there and nowhere else. Never `/`. */
  readonly path: string
  /** Default `strict`: a page of this site refreshes, never a link from elsewhere. */
  readonly sameSite?: 'lax' | 'strict' | 'none'
}

/** What a request presents as its refresh token. `malformed`: several of them, or no text. */
export type PresentedRefreshToken =
  | { readonly status: 'none' | 'malformed' | 'ambiguous' | 'cross_origin' }
  | { readonly status: 'one'; readonly token: string; readonly inCookie: boolean }

/** Where refresh tokens travel. */
export interface RefreshTokenCarrier {
  /** Finds the refresh token of a request: the parameter of this name, or the cookie, and never both. With a cookie the origin is checked. */
  present(exchange: CookieExchange, form: FormParameters | undefined, name: string): PresentedRefreshToken
  /**
   * Makes sure that a token can be delivered, before there is one.
   *
   * @throws {UsageError} `headers_sent` where a cookie is needed and the response has begun.
   */
  assertOpen(exchange: CookieExchange): void
  /**
   * Refuses to give a token out in a cookie when a page of another site asks, which could log its visitor in as somebody else. Undefined
   * where the request may have it, and where there is no cookie.
   */
  refuse(exchange: CookieExchange<BaseConfig>): Denial | undefined
  /**
   * Gives the body to answer with. Where there is a cookie, the refresh token goes into it and not into the body.
   *
   * @throws {UsageError} `headers_sent`
   */
  deliver(exchange: CookieExchange, tokens: TokenResponse): object
  /** The body without the refresh token, for a client that has it in its cookie already. */
  withhold(tokens: TokenResponse): object
  /** Deletes the cookie, if there is one. */
  clear(exchange: CookieExchange): void
}

/**
 * Creates the carrier.
 *
 * @param options Of the cookie; undefined for refresh tokens in bodies alone.
 * @throws {ConfigError} With a path such as `refreshCookie.path`.
 */
export function createRefreshTokenCarrier(
  { cookie: { secure } }: Pick<Config<unknown, AccessTokenClaims>, 'cookie'>,
  options: unknown,
): RefreshTokenCarrier {
  const cookie = options === undefined ? undefined : createRefreshCookie(options, secure)

  function assertOpen({ sink }: CookieExchange): void {
    if (cookie !== undefined && !sink.open)
      throw new UsageError('headers_sent', 'A cookie is needed, and the headers of the response are already sent')
  }

  return {
    present(exchange, form, name) {
      const parameter = form === undefined ? ({ status: 'none' } as const) : parameterOf(form, name)
      const reading = cookie?.read(exchange.request.headers.get('cookie')) ?? { status: 'none' }
      if (reading.status === 'none') {
        return parameter.status === 'one'
          ? { status: 'one', token: parameter.value, inCookie: false }
          : { status: parameter.status }
      }
      if (parameter.status !== 'none') return { status: 'ambiguous' }
      if (isCrossOrigin(exchange)) return { status: 'cross_origin' }
      if (reading.status === 'one') return { status: 'one', token: reading.value, inCookie: true }
      // Two different cookies of the name: a neighbour has planted one, and nobody can tell which.
      exchange.config.emit({ type: 'suspicious', reason: 'cookie_ambiguous' })
      return { status: 'malformed' }
    },
    assertOpen,
    refuse(exchange) {
      if (cookie === undefined || !isCrossOriginChange(exchange)) return undefined
      const { config } = exchange
      config.emit({ type: 'rejected', code: 'cross_origin' })
      return createDenial(crossOriginReason(exchange), config.challenge)
    },
    deliver(exchange, tokens) {
      if (cookie === undefined) return tokens
      const { sink, config } = exchange
      assertOpen(exchange)
      const left = (expiryOf(tokens) ?? 0) - readClock(config.runtime)
      const maxAge = left > 0 ? Math.ceil(left / 1_000) : undefined
      sink.setCookie(cookie.name, cookie.issue(tokens.refresh_token, maxAge))
      return withhold(tokens)
    },
    withhold,
    clear({ sink }) {
      if (cookie !== undefined && sink.open) sink.setCookie(cookie.name, cookie.clearing)
    },
  }
}

function createRefreshCookie(options: unknown, secure: boolean): ReturnType<typeof createCookie> {
  if (!isPlainObject(options)) throw new ConfigError('refreshCookie', 'must be a plain object')
  if (Object.hasOwn(options, 'insecurePlainHttp')) {
    throw new ConfigError('refreshCookie.insecurePlainHttp', 'is not known; say it by "cookie.insecurePlainHttp"')
  }
  const { path } = options
  if (path === undefined || path === '/')
    throw new ConfigError('refreshCookie.path', 'must be the path under which tokens are refreshed')
  const all = { sameSite: 'strict', ...options, insecurePlainHttp: !secure }
  return createCookie('refreshCookie', all, { name: 'refresh', prefixed: true })
}

function withhold(tokens: TokenResponse): object {
  return Object.fromEntries(Object.entries(tokens).filter(([name]) => name !== 'refresh_token'))
}
