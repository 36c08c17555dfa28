import { createMemorySessionStore } from '@latchkey/core'
import { describeSessionRaces } from './session-races.ts'

describeSessionRaces('memory', () => ({ stores: [createMemorySessionStore()], close() {} }))
