/**
 * What every adapter answers in the scenario of `transcript.ts`: the status, the headers that this library answers for, the
 * body. A change here is a change of what clients see.
 *
 * @module
 */

/** The expected transcript. */
export const TRANSCRIPT = `
GET /me: 401
  www-authenticate: Bearer realm="api"
  cache-control: no-store
  vary: Cookie
  {"error":"authentication_required"}
GET /maybe: 200
  vary: Cookie
  {"subject":null,"via":null,"name":null}
HEAD /me: 401
  www-authenticate: Bearer realm="api"
  cache-control: no-store
  vary: Cookie
GET /me: 200
  {"subject":"user-1","via":"bearer","name":"Name of user-1"}
GET /me: 401
  www-authenticate: Bearer realm="api", error="invalid_token"
  cache-control: no-store
  {"error":"invalid_token"}
GET /me: 400
  www-authenticate: Bearer realm="api", error="invalid_request"
  cache-control: no-store
  {"error":"invalid_request"}
GET /scope: 403
  www-authenticate: Bearer realm="api", error="insufficient_scope", scope="admin"
  cache-control: no-store
  {"error":"insufficient_scope"}
POST /login?subject=user-1: 200
  cache-control: no-store
  vary: Origin, Sec-Fetch-Site, Referer, Cookie
  set-cookie: __Host-session=<credential 1>; Max-Age=604800; Path=/; HttpOnly; Secure; SameSite=Lax
  {"ok":true}
GET /me: 200
  vary: Cookie
  {"subject":"user-1","via":"session","name":"Name of user-1"}
GET /me: 400
  www-authenticate: Bearer realm="api", error="invalid_request"
  cache-control: no-store
  {"error":"ambiguous_credentials","error_description":"Send one credential, in one place"}
POST /write?value=1: 403
  cache-control: no-store
  vary: Cookie, Origin, Sec-Fetch-Site, Referer
  {"error":"cross_origin","error_description":"The Origin header must name this service: its \\"origin\\" option, or one of \\"trustedOrigins\\""}
POST /write?value=1: 200
  vary: Cookie, Origin, Sec-Fetch-Site, Referer
  {"subject":"user-1","via":"session","name":"Name of user-1"}
GET /read: 200
  vary: Cookie
  {"value":"1"}
GET /redirect: 302
  cache-control: no-store
  vary: Cookie
  location: /me
  set-cookie: __Host-session=<credential 1>; Max-Age=604800; Path=/; HttpOnly; Secure; SameSite=Lax
GET /step-up: 401
  www-authenticate: Bearer realm="api", error="insufficient_user_authentication", max_age="300"
  cache-control: no-store
  vary: Cookie
  {"error":"insufficient_user_authentication"}
GET /me: 503
  cache-control: no-store
  vary: Cookie
  {"error":"unavailable"}
POST /logout: 200
  cache-control: no-store
  vary: Origin, Sec-Fetch-Site, Referer, Cookie
  set-cookie: __Host-session=; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Path=/; HttpOnly; Secure; SameSite=Lax
  {"revoked":true}
GET /me: 401
  www-authenticate: Bearer realm="api"
  cache-control: no-store
  vary: Cookie
  set-cookie: __Host-session=; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Path=/; HttpOnly; Secure; SameSite=Lax
  {"error":"session_invalid"}
GET /maybe: 200
  cache-control: no-store
  vary: Cookie
  set-cookie: __Host-session=; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Path=/; HttpOnly; Secure; SameSite=Lax
  {"subject":null,"via":null,"name":null}
POST /login?subject=user-2: 403
  cache-control: no-store
  vary: Origin, Sec-Fetch-Site, Referer
  {"error":"cross_origin","error_description":"The Origin header must name this service: its \\"origin\\" option, or one of \\"trustedOrigins\\""}
`
