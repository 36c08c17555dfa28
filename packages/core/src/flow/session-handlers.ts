/**
 * Ready-made answers about sessions: logging out, and a list of devices.
 *
 * @module
 */

import type { AccessTokenClaims, Principal } from '../authentication.ts'
import { answer, refusal, type HandlerAnswer } from '../http/answer.ts'
import { admitted } from './context.ts'
import { carrierOf, engineOf, type Exchange } from './exchange.ts'
import { logout } from './logout.ts'
import type { RefreshTokenCarrier } from './refresh-cookie.ts'
import { revokeRefreshToken } from './refresh.ts'
import { revokeAllSessions } from './revoke.ts'

const NO_CONTENT = answer(204)
const NOT_FOUND = refusal(404, 'not_found')
/** A key that could end sessions would be one that locks people out; and the subjects of other issuers are none of ours. */
const NOT_THEIRS = refusal(403, 'access_denied')

/** Ends the session in the request's cookie, and that of its refresh token where it came in a cookie. 204, whatever there was. */
export async function answerLogout<User, Claims extends AccessTokenClaims, Data extends object>(
  exchange: Exchange<User, Claims, Data>,
  carrier: RefreshTokenCarrier,
): Promise<HandlerAnswer> {
  const result = await logout(exchange)
  if (!result.ok) return result.denial
  const presented = carrier.present(exchange, undefined, '')
  if (presented.status === 'one') await revokeRefreshToken(exchange.config, presented.token)
  carrier.clear(exchange)
  return NO_CONTENT
}

/** Lists the live sessions of the caller, newest first; `current` is the one that it asks by. */
export async function answerSessions<User, Claims extends AccessTokenClaims, Data extends object>(
  exchange: Exchange<User, Claims, Data>,
): Promise<HandlerAnswer> {
  const principal = callerOf(exchange)
  if (principal === undefined) return NOT_THEIRS
  const sessions = await engineOf(exchange.config).list(principal.subject)
  return answer(200, {
    sessions: sessions.map((session) => ({ ...session, current: session.id === principal.sessionId })),
  })
}

/** Ends one session of the caller, which the last segment of the path names: 204, or 404 for one that it has not. */
export async function answerRevokeSession<User, Claims extends AccessTokenClaims, Data extends object>(
  exchange: Exchange<User, Claims, Data>,
): Promise<HandlerAnswer> {
  const principal = callerOf(exchange)
  if (principal === undefined) return NOT_THEIRS
  const [path = ''] = exchange.request.url.split('?', 1)
  const id = path.slice(path.lastIndexOf('/') + 1)
  if (!(await engineOf(exchange.config).revoke(principal.subject, id))) return NOT_FOUND
  const { authentication, sink } = exchange
  const isOwn =
    authentication?.status === 'authenticated' && authentication.via === 'session' && id === principal.sessionId
  if (isOwn && sink.open) carrierOf(exchange).clear()
  return NO_CONTENT
}

/** Ends every session of the caller but the one that it asks by. */
export async function answerRevokeOthers<User, Claims extends AccessTokenClaims, Data extends object>(
  exchange: Exchange<User, Claims, Data>,
): Promise<HandlerAnswer> {
  const principal = callerOf(exchange)
  if (principal === undefined) return NOT_THEIRS
  await revokeAllSessions(exchange.config, principal.subject, principal.sessionId)
  return NO_CONTENT
}

/** The caller; undefined for an API key, and for the subject of another issuer. */
function callerOf<User, Claims extends AccessTokenClaims, Data extends object>(
  exchange: Exchange<User, Claims, Data>,
): Principal<Claims> | undefined {
  const authentication = admitted(exchange)
  if (authentication.status !== 'authenticated') return undefined
  const { principal } = authentication
  return principal.keyId === undefined && principal.issuer === undefined ? principal : undefined
}
