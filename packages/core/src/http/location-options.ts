/**
 * What an application says of the places in a request where an access token may stand.
 *
 * @module
 */

import type { CookieOptions } from './cookie.ts'

/** The kinds of places. */
export type TokenPlace = 'header' | 'cookie' | 'insecureQuery' | 'insecureBody'

/** What a place may hold, where refresh JWTs are accepted at all (`flaskJwtExtended`). */
export type TokenHolding = 'access' | 'refresh' | 'either'

/** The options of a cookie that holds a token. Whether it is for plain http is said once, by `cookie.insecurePlainHttp`. */
export type TokenCookieOptions = Omit<CookieOptions, 'insecurePlainHttp'>

/** How a double submit is made: the page reads a value from a cookie and sends it back, which another site's page cannot. */
export interface DoubleSubmitOptions {
  /**
   * The readable cookie. Its name is by default `csrf_access_token`, or `csrf_refresh_token`, with the prefix that its scope allows; its path `/`;
   * all else as the token's cookie has it.
   */
  readonly cookie?: TokenCookieOptions
  /** The header that brings the value back. Default `X-CSRF-TOKEN`. */
  readonly header?: string
  /** The member of a parsed body that may bring it instead, for forms without scripts. Default: none, and the body is not looked at. */
  readonly field?: string
}

/** One place where a token may stand. */
export type TokenLocation =
  | {
      /** A header: the place for everything but browsers. */
      readonly in: 'header'
      /** The name. Default `Authorization`. */
      readonly name?: string
      /** The auth-scheme in front of the token; null: the token stands alone. Default `Bearer`, in any case. */
      readonly scheme?: string | null
      /** Default `either`. */
      readonly holds?: TokenHolding
    }
  | {
      /** A cookie. Requests that may change state must come from `origin`, as with session cookies. */
      readonly in: 'cookie'
      /** Its name is by default `access_token`, or `refresh_token`, with the prefix that its scope allows. */
      readonly cookie?: TokenCookieOptions
      /** A double submit on top. Default false. */
      readonly doubleSubmit?: boolean | DoubleSubmitOptions
      /** Default `access`. */
      readonly holds?: 'access' | 'refresh'
    }
  | {
      /** The query string, from where a token gets into logs, histories and `Referer` headers (RFC 9700 section 4.3.2). */
      readonly in: 'insecureQuery'
      /** The name of the parameter. Default `jwt`. */
      readonly name?: string
      /** What stands before the token in the value. Default: nothing. */
      readonly prefix?: string
      /** Default `either`. */
      readonly holds?: TokenHolding
    }
  | {
      /** A JSON body, which any program on the way may log. */
      readonly in: 'insecureBody'
      /** The name of the member. Default `access_token`, or `refresh_token`. */
      readonly name?: string
      /** Default `access`. */
      readonly holds?: 'access' | 'refresh'
    }

/** Where tokens are looked for. */
export interface LocationOptions {
  /**
   * The places where a token may stand, in the order in which they are looked at. 1 to 10. Tokens, or what is meant to be one, in two places are
   * refused, unless `credentials` is `bearer-first`: then the first place that holds anything decides. Default: the `Authorization` header.
   */
  readonly locations?: readonly TokenLocation[]
}
