/**
 * The contract suite of adapters. An adapter is what passes it.
 *
 * @module
 */

import { afterEach, beforeEach, describe } from 'vitest'
import { describeBearer } from './adapter/bearer.ts'
import { describeCookie } from './adapter/cookie.ts'
import { describeCrossOrigin } from './adapter/cross-origin.ts'
import { describeFaults } from './adapter/faults.ts'
import {
  startTestApplication,
  type CurrentApplication,
  type StartAdapter,
  type TestApplication,
} from './adapter/harness.ts'
import { describeHostileInput } from './adapter/hostile-input.ts'
import { describeLogin } from './adapter/login.ts'
import { describeLogout } from './adapter/logout.ts'
import { describeReadyMade } from './adapter/ready-made.ts'
import { describeRenewal } from './adapter/renewal.ts'
import { describeRequirements } from './adapter/requirements.ts'
import { describeStreaming } from './adapter/streaming.ts'
import { describeTokenLocations } from './adapter/token-locations.ts'
import { describeTranscript } from './adapter/transcript.ts'

/**
 * Defines the tests that tell whether an adapter keeps its contract: requests go out over real sockets, and answers are
 * judged as they come in. Call it at the top of a vitest file.
 *
 * @param name What is tested, such as `express`.
 * @param start Builds the application under test. Called anew for each test.
 */
export function describeAdapter(name: string, start: StartAdapter): void {
  describe(name, () => {
    let current: TestApplication | undefined
    beforeEach(async () => {
      current = await startTestApplication(start)
    })
    afterEach(async () => {
      await current?.close()
      current = undefined
    })
    const application: CurrentApplication = () => {
      if (current === undefined) throw new Error('The application is started before each test')
      return current
    }
    describeBearer(application)
    describeCookie(application)
    describeCrossOrigin(application)
    describeLogin(application)
    describeLogout(application)
    describeRenewal(application)
    describeStreaming(application)
    describeRequirements(application)
    describeFaults(application)
    describeReadyMade(application)
    describeHostileInput(application)
    describeTranscript(application)
    describeTokenLocations(start)
  })
}
