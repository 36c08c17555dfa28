/**
 * How the tokens of Flask-JWT-Extended stand on the wire.
 *
 * @module
 */

import { toMilliseconds, type TokenProfile } from './profile.ts'

/**
 * The tokens of Flask-JWT-Extended 4: `typ` is `JWT` or absent, `type` says what a token is for, `fresh` until when it is
 * fresh, and no key need be named.
 *
 * That library takes any `type` but `refresh` for an access token, and a token without one as well. Here it is `access` or
 * `refresh`, and always there.
 */
export const FLASK_JWT_EXTENDED: TokenProfile = Object.freeze<TokenProfile>({
  name: 'flaskJwtExtended',
  typ: 'JWT',
  accepts: (typ) => typ === undefined || typ === 'jwt',
  mayNameNoKey: true,
  reserved: ['type', 'fresh', 'csrf'],
  claimsOf: ({ use, iat, fresh }) => ({ fresh, type: use, nbf: iat }),
  judge(claims, use) {
    if (claims['type'] !== use) return { code: 'token_type', claim: 'type' }
    const { fresh = false } = claims
    const isTime = typeof fresh === 'number' && fresh >= 0
    return typeof fresh === 'boolean' || isTime ? undefined : { code: 'token_claim', claim: 'fresh' }
  },
  freshnessOf(claims) {
    const { fresh, iat, exp, auth_time: authTime } = claims
    const freshUntil = fresh === true ? toMilliseconds(exp) : toMilliseconds(fresh)
    // A token that was never fresh does not say when its subject logged in: long ago.
    const wasFresh = freshUntil > toMilliseconds(iat)
    return { authenticatedAt: toMilliseconds(authTime ?? (wasFresh ? iat : 0)), freshUntil }
  },
})
