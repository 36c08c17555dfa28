/**
 * What a server is made of: `hono.ts`, `express.ts` and `node.ts` each turn it into one, in their framework's way.
 *
 * @module
 */

import type { Accounts } from './api/accounts.ts'
import type { Devices } from './api/devices.ts'
import type { ForgottenPasswords } from './api/forgotten-passwords.ts'
import type { Keys } from './api/keys.ts'
import type { Notebook } from './api/notebook.ts'
import type { Passwords } from './api/passwords.ts'
import type { SessionValues } from './api/session-values.ts'
import type { StepUp } from './api/step-up.ts'
import type { Answer } from './answer.ts'
import type { AppAuth, AppContext } from './auth.ts'
import type { Log } from './log.ts'

/** Everything that the API does, without a framework: parsed input and Latchkey's context in, an answer out. */
export interface Api {
  readonly accounts: Accounts
  readonly devices: Devices
  readonly forgotten: ForgottenPasswords
  readonly keys: Keys
  readonly notebook: Notebook
  readonly passwords: Passwords
  /** The public keys of access tokens. */
  readonly jwks: (context: AppContext) => Promise<Answer>
  readonly stepUp: StepUp
  readonly values: SessionValues
}

/** The parts of a server. */
export interface ServerParts {
  readonly api: Api
  readonly auth: AppAuth
  readonly log: Log
}
