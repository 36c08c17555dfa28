/**
 * Session cookies of Flask, read.
 *
 * @module
 */

export { createFlaskSessionReader } from './session-reader.ts'

export type { FlaskSession, FlaskSessionReader, FlaskSessionReading } from './session-reader.ts'
export type { FlaskDigest, FlaskSessionOptions } from './options.ts'
export type { FlaskData, FlaskValue } from './tagged-json.ts'
