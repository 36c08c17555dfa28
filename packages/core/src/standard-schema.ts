/**
 * The interface by which libraries of schemas let themselves be called: Standard Schema, version 1
 * (https://standardschema.dev). The names and shapes of the types are the specification's.
 *
 * @module
 */

import { ConfigError } from './faults.ts'

/** A schema of any library that implements the specification, such as zod, valibot or arktype. */
export interface StandardSchema<Input = unknown, Output = Input> {
  /** What the specification puts here. */
  readonly '~standard': {
    /** The version of the specification. */
    readonly version: 1
    /** The library. */
    readonly vendor: string
    /** Judges a value, and gives what it makes of it. */
    readonly validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>
    /** The types, for inference alone. */
    readonly types?: { readonly input: Input; readonly output: Output } | undefined
  }
}

/** What a schema says of a value: what it made of it, or what is wrong. */
export type SchemaResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[] }

/** One thing that is wrong with a value. */
export interface SchemaIssue {
  /** For people. It may quote the value. */
  readonly message: string
  /** Where in the value it is. */
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined
}

/**
 * Reads a schema from an option. A schema may be a function: arktype's are.
 *
 * @throws {ConfigError} When it does not implement version 1.
 */
export function readSchema(path: string, value: unknown): StandardSchema<unknown, object> | undefined {
  if (value === undefined) return undefined
  const isObject = (typeof value === 'object' && value !== null) || typeof value === 'function'
  const standard = isObject ? (value as Partial<StandardSchema>)['~standard'] : undefined
  if (standard?.version === 1 && typeof standard.validate === 'function') {
    return value as StandardSchema<unknown, object>
  }
  throw new ConfigError(path, 'must be a schema that implements Standard Schema, version 1')
}

/**
 * Asks a schema about a value.
 *
 * @returns Undefined for an answer that is neither a value nor issues, and so says nothing for the value.
 * @throws What the schema throws.
 */
export async function askSchema(
  schema: StandardSchema<unknown, object>,
  value: unknown,
): Promise<
  { readonly value: unknown; readonly issues?: undefined } | { readonly issues: readonly SchemaIssue[] } | undefined
> {
  const answer: unknown = await schema['~standard'].validate(value)
  if (typeof answer !== 'object' || answer === null) return undefined
  const { issues } = answer as { readonly issues?: unknown }
  if (issues !== undefined) return { issues: Array.isArray(issues) ? (issues as SchemaIssue[]) : [] }
  return 'value' in answer ? { value: answer.value } : undefined
}
