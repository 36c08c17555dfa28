/**
 * What an application says of its sessions' values: their shape, the version of that shape, and how to come from an older one.
 *
 * @module
 */

import { ConfigError, UsageError } from '../faults.ts'
import { isPlainObject, type JsonObject } from '../json.ts'
import { readOptions } from '../options.ts'
import type { SessionRecord } from '../ports.ts'
import { askSchema, readSchema, type SchemaIssue, type StandardSchema } from '../standard-schema.ts'
import { applyPatch, toPatch } from './patch.ts'
import { deepFreeze, NO_DATA } from './values.ts'

/** The shape of sessions' values, and its history. */
export interface SessionDataOptions<Data extends object = JsonObject> {
  /**
   * Judges all values of a session together, before each write and at each load; a library's schema of an object (Standard Schema
   * version 1), synchronous or not. Values come one by one, so what may be missing is optional in it. It judges and does not change:
   * what a default or a transform would make of the values is not used, and `Data` is its input type. Default: none.
   */
  readonly schema?: StandardSchema<Data, unknown>
  /** The version of the shape, a whole number from 0, raised when values from before do not do any more. Default 0. */
  readonly version?: number
  /**
   * Makes values of this version of older ones. It is run at each load of such a session until the first write stores what it made, so it
   * must do nothing else than compute. What it throws, or what the schema refuses afterwards, counts as no session. Default:
   * older values are judged as they stand.
   */
  readonly migrate?: (old: JsonObject, from: number) => NoInfer<Partial<Data> | Promise<Partial<Data>>>
}

/** Why the values of a session cannot be used. */
export type UndecodableReason = 'schema' | 'migration' | 'newer'

/** The outcome of opening a record's values. */
export type OpenedRecord =
  | { readonly ok: true; readonly record: SessionRecord }
  | { readonly ok: false; readonly why: UndecodableReason }

/** The options as they are used. A session without values is neither migrated nor judged: there is nothing to be wrong. */
export interface SessionData {
  /** The version that is written. */
  readonly version: number
  /**
   * Judges values that are to be written.
   *
   * @throws {UsageError} `value_invalid`, with the path of the first offender and no value; and what the schema throws.
   */
  check(data: JsonObject): Promise<void>
  /** Makes values of this version of what was stored. Never rejects: what the application's own functions throw makes the values unusable. */
  open(record: SessionRecord): OpenedRecord | Promise<OpenedRecord>
}

const MAX_PATH_LENGTH = 100

/**
 * Resolves the options.
 *
 * @throws {ConfigError} With a path such as `sessions.data.version`.
 */
export function resolveSessionData(options: unknown): SessionData {
  const given = readOptions('sessions.data', options === undefined ? {} : options, ['schema', 'version', 'migrate'])
  const schema = readSchema('sessions.data.schema', given.schema)
  const { version = 0, migrate } = given
  if (typeof version !== 'number' || !Number.isSafeInteger(version) || version < 0) {
    throw new ConfigError('sessions.data.version', 'must be a whole number from 0')
  }
  if (migrate !== undefined && typeof migrate !== 'function') {
    throw new ConfigError('sessions.data.migrate', 'must be a function')
  }
  if (version > 0 && schema === undefined && migrate === undefined) {
    throw new ConfigError('sessions.data.version', 'says nothing without "schema" or "migrate"')
  }

  async function firstIssue(data: JsonObject): Promise<SchemaIssue | undefined> {
    if (schema === undefined || Object.keys(data).length === 0) return undefined
    const result = await askSchema(schema, deepFreeze(data))
    if (result !== undefined && result.issues === undefined) return undefined
    return result?.issues[0] ?? { message: '' }
  }

  /** Undefined where the function failed, or gave no values. */
  async function migrated(old: JsonObject, from: number): Promise<JsonObject | undefined> {
    try {
      const values: unknown = await (migrate as (old: JsonObject, from: number) => unknown)(deepFreeze(old), from)
      return isPlainObject(values) ? applyPatch(NO_DATA, toPatch(values)) : undefined
    } catch {
      return undefined
    }
  }

  const openOther = async (record: SessionRecord): Promise<OpenedRecord> => {
    const from = record.dataVersion
    const data = from < version && migrate !== undefined ? await migrated(record.data, from) : record.data
    if (data === undefined) return { ok: false, why: 'migration' }
    // A schema that fails says nothing for these values.
    const issue = await firstIssue(data).catch(() => ({ message: '' }))
    if (issue !== undefined) return { ok: false, why: from > version ? 'newer' : 'schema' }
    return { ok: true, record: from < version ? { ...record, data, dataVersion: version } : record }
  }

  return Object.freeze<SessionData>({
    version,
    async check(data) {
      const issue = await firstIssue(data)
      if (issue !== undefined) {
        throw new UsageError('value_invalid', `The session does not match "sessions.data.schema" at ${pathOf(issue)}`)
      }
    },
    open(record) {
      const from = record.dataVersion
      if (from === version && schema === undefined) return { ok: true, record }
      if (Object.keys(record.data).length === 0) return { ok: true, record }
      if (from > version && schema === undefined) return { ok: false, why: 'newer' }
      return openOther(record)
    },
  })
}

/** Names inside values may be a client's: quoted, escaped and cut, they forge no line of a log. */
function pathOf({ path = [] }: SchemaIssue): string {
  const keys = path.map((part) => String(typeof part === 'object' ? part.key : part))
  return JSON.stringify(keys.join('.').slice(0, MAX_PATH_LENGTH))
}
