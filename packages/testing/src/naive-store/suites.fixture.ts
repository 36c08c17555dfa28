/**
 * The suites on the naive store, for a run of vitest of their own.
 *
 * @module
 */

import { describeSameAnswers, describeSessionRaces, describeSessionStore } from '@latchkey/testing'
import { createMemorySessionStore } from '@latchkey/core'
import { createNaiveStore } from './naive-store.fixture.ts'

describeSessionStore('naive', () => ({ store: createNaiveStore(), close() {} }))
describeSessionRaces('naive', () => ({ stores: [createNaiveStore()], close() {} }))
describeSameAnswers('memory and a naive store', () => ({
  stores: { memory: createMemorySessionStore(), naive: createNaiveStore() },
  close() {},
}))
