/**
 * Records, times and calls for the tests, under the short names that they have here.
 *
 * @module
 */

export { sessionIdOf as idOf, sessionRecordOf as recordOf, storeCallAt as at, TEST_NOW as NOW } from '@latchkey/testing'
