import { createMemorySessionStore } from '@latchkey/core'
import { describeSameAnswers } from './same-answers.ts'

describeSameAnswers('memory twice', () => ({
  stores: { memory: createMemorySessionStore(), 'memory again': createMemorySessionStore() },
  close() {},
}))
