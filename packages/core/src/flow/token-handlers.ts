/**
 * Ready-made answers about tokens: giving them out, exchanging, revoking and explaining them.
 *
 * @module
 */

import type { AccessTokenClaims } from '../authentication.ts'
import type { Config } from '../config.ts'
import { answer, refusal, type HandlerAnswer } from '../http/answer.ts'
import { isStream, readText } from '../http/body-text.ts'
import { createDenial, type Denial } from '../http/denial.ts'
import { parameterOf, parseForm, type FormParameters } from '../http/form.ts'
import { STANDARD_CLAIMS } from '../token/custom-claims.ts'
import type { CookieExchange } from './exchange.ts'
import type { PresentedRefreshToken, RefreshTokenCarrier } from './refresh-cookie.ts'
import { refresh, revokeRefreshToken } from './refresh.ts'
import { revokeAccessToken } from './revoke.ts'
import { checkToken } from './standing.ts'
import type { TokenResponse } from './token-response.ts'

type TokenConfig = Config<unknown, AccessTokenClaims>
type TokenExchange = CookieExchange<TokenConfig>

/** A login by the application, for the handler that gives out tokens: what `auth.login` with `deliver: 'tokens'` gave, or a denial. */
export type TokenGrant =
  | { readonly ok: true; readonly tokens: TokenResponse }
  | { readonly ok: false; readonly denial: Denial }

const INVALID_REQUEST = refusal(400, 'invalid_request')
const INVALID_GRANT = refusal(400, 'invalid_grant')
const DONE = answer(200, {})
const INACTIVE = answer(200, Object.freeze({ active: false }))

/** The refusals after which the token in a cookie is of no use for good. After others a newer one may be on its way. */
const ENDED: ReadonlySet<string> = new Set([
  'refresh_expired',
  'refresh_reused',
  'refresh_regressed',
  'refresh_user_gone',
  'refresh_user_disabled',
])

/** Reads the parameters of a request: its body as it is handed over, else as the request has it. */
export async function readForm(
  { request }: Pick<CookieExchange, 'request'>,
  body: (() => unknown) | undefined,
): Promise<FormParameters | undefined> {
  let given: unknown
  try {
    given = await body?.()
    if (isStream(given)) given = await readText(given)
  } catch {
    // A body that cannot be read is one that nothing can be read from.
  }
  return parseForm(given, request.headers.get('content-type'))
}

/** Answers with the tokens of a login (RFC 6749 section 5.1). Undefined is a login that failed. */
export function answerGrant(
  exchange: TokenExchange,
  carrier: RefreshTokenCarrier,
  grant: TokenGrant | undefined,
): HandlerAnswer {
  if (grant === undefined) return INVALID_GRANT
  return grant.ok ? answer(200, carrier.deliver(exchange, grant.tokens)) : grant.denial
}

/**
 * Exchanges a refresh token (RFC 6749 section 6). `grant_type` may be left out, and is else `refresh_token`.
 *
 * A token that came in a cookie is answered by a cookie, and only when the answer's token is another one than the request's: what
 * repeats could arrive late, and set the browser back.
 */
export async function answerRefresh(
  exchange: TokenExchange,
  carrier: RefreshTokenCarrier,
  form: FormParameters | undefined,
): Promise<HandlerAnswer> {
  const grantType = form && parameterOf(form, 'grant_type')
  if (grantType?.status === 'malformed') return INVALID_REQUEST
  if (grantType?.status === 'one' && grantType.value !== 'refresh_token') return refusal(400, 'unsupported_grant_type')
  const presented = carrier.present(exchange, form, 'refresh_token')
  if (presented.status !== 'one') return answerUnpresented(exchange, presented.status)
  if (presented.inCookie) carrier.assertOpen(exchange)
  const result = await refresh(exchange.config, presented.token)
  if (!result.ok) {
    if (presented.inCookie && ENDED.has(result.code)) carrier.clear(exchange)
    return result.denial
  }
  const { tokens } = result
  if (!presented.inCookie) return answer(200, tokens)
  const isNew = tokens.refresh_token !== presented.token
  return answer(200, isNew ? carrier.deliver(exchange, tokens) : carrier.withhold(tokens))
}

/**
 * Revokes a token (RFC 7009): a refresh token with its session, or an access token by itself where there are `revocations`. 200 for
 * whatever it is, good or not; which kind it is shows in its form, so that the hint is not needed.
 */
export async function answerRevoke(
  exchange: TokenExchange,
  carrier: RefreshTokenCarrier,
  form: FormParameters | undefined,
): Promise<HandlerAnswer> {
  const { config } = exchange
  const presented = carrier.present(exchange, form, 'token')
  if (presented.status !== 'one') return answerUnpresented(exchange, presented.status)
  if (presented.token.startsWith('lkr_')) {
    if (config.sessions !== undefined) await revokeRefreshToken(config, presented.token)
  } else if (config.revocations === undefined) {
    // Said of every one, good or not (RFC 7009 section 2.2.1).
    return refusal(400, 'unsupported_token_type')
  } else {
    await revokeAccessToken(config, presented.token)
  }
  if (presented.inCookie) carrier.clear(exchange)
  return DONE
}

/**
 * Explains an access token (RFC 7662) to a caller that was let in before. Everything that is asked for is asked of the stores. Whatever is
 * not an access token that is good now is `{ active: false }` and nothing else; so is a refresh token, for who introspects must not
 * take it for one to call with.
 */
export async function answerIntrospect(
  { config }: TokenExchange,
  form: FormParameters | undefined,
): Promise<HandlerAnswer> {
  const token = form && parameterOf(form, 'token')
  if (token?.status !== 'one') return INVALID_REQUEST
  const verified = await config.tokens?.verify(token.value)
  if (verified?.ok !== true) return INACTIVE
  if ((await checkToken(config, verified.claims, true)) !== undefined) return INACTIVE
  return answer(200, { active: true, token_type: 'Bearer', ...registered(verified.claims) })
}

/** The standard claims. The application's own are not for every caller. */
function registered(claims: AccessTokenClaims): object {
  return Object.fromEntries(
    STANDARD_CLAIMS.filter((name) => claims[name] !== undefined).map((name) => [name, claims[name]]),
  )
}

function answerUnpresented(
  { config }: TokenExchange,
  status: Exclude<PresentedRefreshToken['status'], 'one'>,
): HandlerAnswer {
  if (status === 'none' || status === 'malformed') return INVALID_REQUEST
  const code = status === 'ambiguous' ? 'credentials_ambiguous' : status
  config.emit({ type: 'rejected', code })
  return createDenial({ code }, config.challenge)
}
