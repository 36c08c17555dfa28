/**
 * The groups, in the order of the documents.
 *
 * @module
 */

import type { Group } from './group.ts'
import { passwordGroup } from './password/password-group.ts'
import { refreshGroup } from './refresh/refresh-group.ts'

/** All of them. */
export const GROUPS: readonly Group[] = [passwordGroup, refreshGroup]
