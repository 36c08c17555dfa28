/**
 * The groups, in the order of the documents.
 *
 * @module
 */

import type { Group } from './group.ts'
import { growthGroup } from './growth/growth-group.ts'
import { httpGroup } from './http/http-group.ts'
import { passwordGroup } from './password/password-group.ts'
import { refreshGroup } from './refresh/refresh-group.ts'
import { scaleGroup } from './scale/scale-group.ts'
import { sealedGroup } from './sealed/sealed-group.ts'
import { sessionsGroup } from './sessions/sessions-group.ts'
import { sizeGroup } from './size/size-group.ts'
import { typesGroup } from './size/types-group.ts'
import { storesGroup } from './stores/stores-group.ts'
import { tokensGroup } from './tokens/tokens-group.ts'

/** All of them. */
export const GROUPS: readonly Group[] = [
  tokensGroup,
  sessionsGroup,
  sealedGroup,
  storesGroup,
  growthGroup,
  scaleGroup,
  httpGroup,
  passwordGroup,
  refreshGroup,
  sizeGroup,
  typesGroup,
]
