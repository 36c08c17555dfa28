import { describe } from 'vitest'
import { createExpressListener } from './express.ts'
import { describeFaults } from './faults.fixture.ts'

describe('createExpressListener()', () => describeFaults(createExpressListener))
