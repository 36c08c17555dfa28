/**
 * Sealed sessions: the whole session in its cookie.
 *
 * @module
 */

export { readIronSession } from './iron-session-seals.ts'
export { sealedSessions } from './sealed.ts'

export type { IronSessionMapping, IronSessionMeaning, SealReader } from './iron-session-seals.ts'
export type { SealedSessionOptions } from './options.ts'
export type { SealText } from './seal-text.ts'
