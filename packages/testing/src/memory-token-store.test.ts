import { createMemoryTokenStore } from '@latchkey/core'
import { describeTokenStore } from './token-store.ts'

describeTokenStore('memory', () => ({ store: createMemoryTokenStore(), close() {} }))
