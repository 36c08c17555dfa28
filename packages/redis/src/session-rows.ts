/**
 * The rows of sessions: one key each, and each call one command.
 *
 * @module
 */

import type { SessionChanges, SessionInfo, SessionRecord, StoreCall, TouchedRecord, UpdateResult } from '@latchkey/core'
import type { Commands, Script } from './client.ts'
import { lifeUntil } from './expiry.ts'
import { decodeInfo, decodeRow, encodeRow, isRow, isUnexpired, lineOf, type RowState } from './row.ts'
import * as scripts from './session-scripts.ts'

/** A subject as the index names it: its JSON text, which tells lone surrogates apart, as UTF-8 does not. */
export type SubjectText = string

/** What of a row its registration is made of. Numbers as text. */
export interface Registration {
  readonly subject: SubjectText
  readonly epoch: string
  readonly absoluteExpiresAt: string
}

/** What a record's registration is made of. */
export function registrationOf({ subject, epoch, absoluteExpiresAt }: TouchedRecord): Registration | null {
  if (subject === null) return null
  return { subject: JSON.stringify(subject), epoch: `${epoch}`, absoluteExpiresAt: `${absoluteExpiresAt}` }
}

/** The calls on rows. */
export interface SessionRows {
  /** Adds a row. False: one of this id stands. */
  add(record: SessionRecord, state: RowState, call: StoreCall): Promise<boolean>
  /** Makes a pending row live. False: it was removed meanwhile. */
  activate(id: string): Promise<boolean>
  read(id: string, call: StoreCall): Promise<SessionRecord | null>
  update(id: string, ifVersion: number, changes: SessionChanges, call: StoreCall): Promise<UpdateResult>
  /** The registration of the live row, null where it has no subject; undefined where it is dead. */
  touch(
    id: string,
    lastSeenAt: number,
    idleExpiresAt: number,
    call: StoreCall,
  ): Promise<Registration | null | undefined>
  /** Removes a row, and tells what it was. */
  remove(id: string, call: StoreCall): Promise<{ readonly was: string; readonly subject: SubjectText | null }>
  /** Makes a live row an ended one, which the call that cut it off still counts. */
  end(id: string): Promise<unknown>
  /** Moves the epoch of a live row up. */
  raise(id: string, epoch: string, call: StoreCall): Promise<unknown>
  /** What a device list may know of a live record; null for a dead one; undefined where no row stands. */
  peek(id: string, call: StoreCall): Promise<SessionInfo | null | undefined>
}

const CHANGEABLE = [
  'scopes',
  'authenticatedAt',
  'amr',
  'acr',
  'keyId',
  'salt',
  'generation',
  'previous',
  'rotatedAt',
  'lastSeenAt',
  'idleExpiresAt',
  'label',
  'userAgent',
  'address',
  'dataVersion',
  'data',
] as const satisfies readonly (keyof SessionChanges)[]

/** Creates the calls for a prefix. */
export function createSessionRows(commands: Commands, prefix: string): SessionRows {
  const keyOf = (id: string): string => `${prefix}session:${id}`

  // The scripts answer as their docblocks say.
  async function run<Reply extends string | string[]>(
    script: Script,
    id: string,
    args: readonly string[],
    call?: StoreCall,
  ): Promise<Reply> {
    return (await commands.run(script, [keyOf(id)], args, call?.signal)) as Reply
  }

  return {
    async add(record, state, call) {
      const life = lifeUntil(Math.min(record.idleExpiresAt, record.absoluteExpiresAt), call.now)
      return (await run(scripts.ADD, record.id, [encodeRow(record, state), `${life}`], call)) === '1'
    },

    async activate(id) {
      return (await run(scripts.ACTIVATE, id, [])) === '1'
    },

    async read(id, call) {
      const text = await commands.get(keyOf(id), call.signal)
      const record = text === null ? null : decodeRow(id, text)
      if (text !== null && record === null && !isRow(text)) call.onUndecodable?.(id)
      return record !== null && isUnexpired(record, call.now) ? record : null
    },

    async update(id, ifVersion, changes, call) {
      const version = ifVersion + 1
      const lines = CHANGEABLE.flatMap((field) =>
        changes[field] === undefined ? [] : [`${lineOf(field)}`, JSON.stringify(changes[field])],
      )
      const why = await run<'ok' | 'gone' | 'conflict'>(
        scripts.UPDATE,
        id,
        [`${call.now}`, `${ifVersion}`, `${version}`, ...lines],
        call,
      )
      return why === 'ok' ? { ok: true, version } : { ok: false, why }
    },

    async touch(id, lastSeenAt, idleExpiresAt, call) {
      const args = [call.now, lastSeenAt, idleExpiresAt].map(String)
      const [subject, epoch, absoluteExpiresAt] = await run<string[]>(scripts.TOUCH, id, args, call)
      if (subject === undefined || epoch === undefined || absoluteExpiresAt === undefined) return undefined
      return subject === 'null' ? null : { subject, epoch, absoluteExpiresAt }
    },

    async remove(id, call) {
      const [was = 'dead', subject = 'null'] = await run<string[]>(scripts.REMOVE, id, [`${call.now}`], call)
      return { was, subject: subject === 'null' ? null : subject }
    },

    end: (id) => run(scripts.END, id, []),

    raise: (id, epoch, call) => run(scripts.RAISE, id, [`${call.now}`, epoch]),

    async peek(id, call) {
      const text = await run<string>(scripts.PEEK, id, [])
      if (text === '-') return undefined
      const info = decodeInfo(id, text)
      return info !== null && isUnexpired(info, call.now) ? info : null
    },
  }
}
