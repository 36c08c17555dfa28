import { describe } from 'vitest'
import { describeFaults } from './faults.fixture.ts'
import { createNodeListener } from './node.ts'

describe('createNodeListener()', () => describeFaults(createNodeListener))
