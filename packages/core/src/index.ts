/**
 * Authentication and sessions for TypeScript servers: the pure core.
 *
 * @module
 */

export { createAuth } from './auth.ts'
export { DEFAULTS } from './config.ts'
export { copyText } from './copy-text.ts'
export { MAX_DURATION, parseDuration } from './duration.ts'
export { ConfigError, isFault, SessionConflictError, UnavailableError, UsageError } from './faults.ts'
export { parseBearer } from './http/bearer.ts'
export { readCookie } from './http/cookie.ts'
export { closedSink, createEffects } from './http/effects.ts'
export { createFaultResponse } from './http/fault-response.ts'
export { toResponseHeaders } from './http/fetch-headers.ts'
export { createRecentMap } from './recent-map.ts'
export { decideRevocation, learnRevocations, revocationKey } from './revocation.ts'
export { nodeBuffer, nodeCrypto, readClock, systemRuntime } from './runtime.ts'
export { isSessionId, toSessionId } from './session/credential.ts'
export { resolveTimeouts } from './session/options.ts'
export { decideExpiry, decideSession } from './session/policy.ts'
export { resolveSessionData } from './session/session-data.ts'
export { createSessions } from './sessions.ts'
export { storedSessions } from './session/stored.ts'
export { createStoreCall } from './store-call.ts'
export { createAccessTokens } from './token/access-token.ts'
export { toThumbprint } from './token/key-import.ts'
export { describeValueSizes } from './session/value-sizes.ts'
export { createKeyring } from './token/keyring.ts'
export { discoverKeys, remoteKeys } from './token/remote-keys.ts'
export { keyringFromSecrets } from './token/secret-keyring.ts'
export { createTokenVerifier } from './token/verifier.ts'
export { createMemoryRevocationStore } from './memory/revocation-store.ts'
export { createMemorySessionStore } from './memory/session-store.ts'
export { createMemoryTokenStore } from './memory/token-store.ts'

export type { ApiKeyOwner, ApiKeyVerdict, ApiKeyVerifier } from './api-key-port.ts'
export type { Auth } from './auth.ts'
export type {
  AccessTokenClaims,
  ApiKeyRejectionCode,
  Authentication,
  OriginProblem,
  Principal,
  RefreshRejectionCode,
  RejectionCode,
  Requirement,
  TokenRejectionCode,
  UserRejectionCode,
} from './authentication.ts'
export type { AuthConfig } from './config.ts'
export type { Duration } from './duration.ts'
export type { AuthEvent, EventListener, Misconfiguration } from './events.ts'
export type { Fault, FaultCode, UsageReason } from './faults.ts'
export type { Context } from './flow/context.ts'
export type { ElevateOptions, ElevateRefusal, ElevateResult } from './flow/elevate.ts'
export type { Handler, Handlers, HandlersOptions } from './flow/handlers.ts'
export type { LoginOptions, LoginRefusal, LoginResult, TokenLoginResult } from './flow/login.ts'
export type { LogoutResult } from './flow/logout.ts'
export type { RefreshCookieOptions } from './flow/refresh-cookie.ts'
export type { RefreshResult } from './flow/refresh.ts'
export type { RevocableToken } from './flow/revoke.ts'
export type { TokenCookieResult } from './flow/token-cookies.ts'
export type { TokenGrant } from './flow/token-handlers.ts'
export type { TokenResponse } from './flow/token-response.ts'
export type { HandlerAnswer } from './http/answer.ts'
export type { BearerCredentials } from './http/bearer.ts'
export type { CookieOptions, CookieReading } from './http/cookie.ts'
export type { Denial, DenialBody } from './http/denial.ts'
export type { Effects, EffectSink, ResponseHeaders } from './http/effects.ts'
export type { FaultResponse } from './http/fault-response.ts'
export type { FetchHeaders } from './http/fetch-headers.ts'
export type {
  DoubleSubmitOptions,
  LocationOptions,
  TokenCookieOptions,
  TokenHolding,
  TokenLocation,
  TokenPlace,
} from './http/location-options.ts'
export type { AuthRequest } from './http/request.ts'
export type { HmacKey } from './hmac.ts'
export type { DeepReadonly, JsonObject, JsonValue } from './json.ts'
export type {
  ExpirySweep,
  Runtime,
  SessionChanges,
  SessionInfo,
  SessionRecord,
  SessionStore,
  StoreCall,
  SubjectSessions,
  TouchedRecord,
  UpdateResult,
  UserLookup,
  UserStatus,
} from './ports.ts'
export type { RecentMap } from './recent-map.ts'
export type { GrowingRevocations, KnownRevocations } from './revocation.ts'
export type {
  RevocableCredential,
  Revocation,
  RevocationChanges,
  RevocationStore,
  SubjectCutOff,
} from './revocation-port.ts'
export type { CallStore } from './store-call.ts'
export type { TokenInfo, TokenRecord, TokenStore } from './token-port.ts'
export type { NodeCrypto, NodeKey } from './platform-crypto.ts'
export type { NodeBuffer } from './runtime.ts'
export type { RootSecrets, Secrets } from './secrets.ts'
export type { TimeoutOptions } from './session/options.ts'
export type { SessionPolicy, SessionRenewal, SessionTimes, SessionVerdict } from './session/policy.ts'
export type { SessionPatch } from './session/patch.ts'
export type { MemoryRevocationStoreOptions } from './memory/revocation-store.ts'
export type { MemorySessionStoreOptions } from './memory/session-store.ts'
export type { MemoryTokenStoreOptions } from './memory/token-store.ts'
export type { ConflictPolicy, OnConflict, ResolveConflict, WriteOptions } from './session/conflict.ts'
export type { Session } from './session/session.ts'
export type { OpenedRecord, SessionData, SessionDataOptions, UndecodableReason } from './session/session-data.ts'
export type { OpenedSession, SessionLogin, Sessions, SessionsOptions } from './sessions.ts'
export type { SessionStoreParts, StoredSessionOptions } from './session/stored.ts'
export type {
  SessionCheck,
  SessionEngine,
  SessionGround,
  SessionInit,
  SessionLoad,
  SessionStrategy,
  SessionWrite,
} from './session/strategy.ts'
export type { SchemaIssue, SchemaResult, StandardSchema } from './standard-schema.ts'
export type { ClaimsCheck } from './token/claims-check.ts'
export type { IssuedClaims, TokenOptions } from './token/options.ts'
export type { ProfileName, TokenUse } from './token/profile.ts'
export type { RevocationOptions } from './token/revocations.ts'
export type { SessionState, SessionView } from './session/view.ts'
export type { AccessTokens, AccessTokensOptions, IssueOptions, VerifyResult } from './token/access-token.ts'
export type { TokenVerifier, TokenVerifierOptions } from './token/verifier.ts'
export type { KeyAlgorithm } from './token/algorithm.ts'
export type { JsonWebKey } from './token/jwk.ts'
export type { KeyInput, KeyState } from './token/key-input.ts'
export type { Fetch, FetchInit, FetchReader, FetchResponse } from './token/json-fetch.ts'
export type { RemoteKeysOptions } from './token/remote-keys.ts'
export type { Sign, Signature } from './token/signature.ts'
export type { TrustedIssuer } from './token/trusted-issuers.ts'
export type { TokenCacheOptions } from './token/verified-cache.ts'
export type { JsonWebKeySet, Keyring, TokenKey, VerificationKeys } from './token/token-key.ts'
