/**
 * What the tests of an application and of a store need.
 *
 * @module
 */

export {
  createTestApplication,
  createTestSession,
  type TestApplication,
  type TestApplicationOptions,
  type TestSessionOptions,
  type TestVisit,
} from './application.ts'
export { createTestRuntime, type TestRuntime, type TestRuntimeOptions } from './runtime.ts'
export { describeRevocationStore, type RevocationStoreHarness } from './revocation-store.ts'
export { describeSameAnswers, type SameAnswersHarness, type SameAnswersOptions } from './same-answers.ts'
export { describeSessionRaces, type SessionRacesHarness } from './session-races.ts'
export { describeSessionStore, type SessionStoreHarness } from './session-store.ts'
export { describeTokenStore, type TokenStoreHarness } from './token-store.ts'
export {
  interceptSessionStore,
  type SessionStoreCallName,
  type SessionStoreHooks,
} from './intercepted-session-store.ts'
export { mintAccessToken, type MintOptions } from './access-token.ts'
export { TEST_KEYS, TEST_SECRETS } from './keys.ts'
export { createTestRequest, type TestRequestInit } from './request.ts'
export { describeAdapter } from './adapter.ts'
export {
  callerOf,
  type AdapterTestAuth,
  type AdapterTestData,
  type AdapterTestOptions,
  type AdapterTestUser,
  type Caller,
  type RunningApplication,
  type StartAdapter,
} from './adapter/harness.ts'
export {
  createFaultySessionStore,
  STORE_FAILURE,
  type FaultPlace,
  type FaultySessionStore,
  type FaultySessionStoreOptions,
} from './faulty-session-store.ts'
export {
  createRecordingSessionStore,
  type RecordedCall,
  type RecordingSessionStore,
} from './recording-session-store.ts'
export {
  at as storeCallAt,
  idOf as sessionIdOf,
  NOW as TEST_NOW,
  recordOf as sessionRecordOf,
} from './session-store/records.ts'
