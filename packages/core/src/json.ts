/**
 * JSON as a type.
 *
 * @module
 */

/** A value that JSON carries unchanged. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject

/** A JSON object. */
export interface JsonObject {
  readonly [key: string]: JsonValue
}

/** The same value, read-only to its depth. `JsonValue` is so already. */
export type DeepReadonly<T> = JsonValue extends T
  ? T
  : T extends object
    ? { readonly [K in keyof T]: DeepReadonly<T[K]> }
    : T
