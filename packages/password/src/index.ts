/**
 * Passwords for Latchkey: hashing, the rules for new ones, login and throttling. For Node.
 *
 * @module
 */

export { parseAddressPrefix } from './address-prefix.ts'
export { createApiKeys } from './api-keys.ts'
export { createPasswordHasher } from './hasher.ts'
export { createLoginLimiter } from './login-limiter.ts'
export { checkNewPassword } from './new-password.ts'
export { createOneTimeTokens } from './one-time-tokens.ts'
export { createPasswordLogin } from './password-login.ts'
export { createPasswordReset } from './password-reset.ts'
export { createRangeBreachCheck } from './range-breach-check.ts'

export type { ApiKeyInfo, ApiKeyInit, ApiKeyPrincipal, ApiKeyResult, ApiKeys, ApiKeysOptions } from './api-keys.ts'
export type {
  AcceptedCredentials,
  CredentialCheck,
  PasswordCredentials,
  PasswordLoginRefusal,
} from './credential-check.ts'
export type { PasswordChange, PasswordChangeResult } from './change-password.ts'
export type { PasswordHasher, PasswordMismatch, PasswordVerdict } from './hasher.ts'
export type { PasswordHasherOptions } from './hasher-options.ts'
export type {
  AttemptLimit,
  LoginAttempt,
  LoginLimit,
  LoginLimiter,
  LoginLimiterOptions,
  LoginReservation,
} from './login-limiter.ts'
export type { NewPasswordOptions, NewPasswordProblem, NewPasswordResult } from './new-password.ts'
export type {
  OneTimeTokenInit,
  OneTimeTokenProof,
  OneTimeTokenResult,
  OneTimeTokens,
  OneTimeTokensOptions,
  TokenRefusal,
} from './one-time-tokens.ts'
export type { PasswordDenial } from './password-denial.ts'
export type { PasswordEvent, PasswordEventListener, PasswordRefusal } from './password-events.ts'
export type {
  PasswordLogin,
  PasswordLoginInput,
  PasswordLoginOptions,
  PasswordLoginResult,
  PasswordTokenLoginResult,
} from './password-login.ts'
export type {
  PasswordReset,
  PasswordResetEvent,
  PasswordResetMail,
  PasswordResetOptions,
  PasswordResetResult,
} from './password-reset.ts'
export type { PepperSecrets } from './peppers.ts'
export type { BreachFetch, RangeBreachCheckOptions } from './range-breach-check.ts'
export type { CreateRateCounter, RateCount, RateCounter, RateCounterOptions } from './rate-counter.ts'
export type { BcryptVerify } from './stored-hash/bcrypt.ts'
export type { PasswordUser, PasswordUserLookup } from './users.ts'
