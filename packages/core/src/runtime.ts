/**
 * The only clock, timers and randomness of the package, and the only look for what the platform has.
 *
 * @module
 */

import { UnavailableError } from './faults.ts'
import type { NodeCrypto } from './platform-crypto.ts'
import type { Runtime } from './ports.ts'

/** The platform's clock, timers and cryptographic random source. */
export const systemRuntime: Runtime = Object.freeze({
  now: () => Date.now(),
  randomBytes: (length: number) => crypto.getRandomValues(new Uint8Array(length)),
  startTimer(milliseconds: number, callback: () => void) {
    const timer: unknown = setTimeout(callback, milliseconds)
    // Node's timers are objects, and keep the process alive unless told otherwise; elsewhere they are numbers.
    if (typeof timer === 'object' && timer !== null && 'unref' in timer) (timer as { unref(): void }).unref()
    return () => clearTimeout(timer as number)
  },
})

/**
 * Reads the clock, and fails closed when it answers nonsense: with NaN for a time no comparison would hold, and nothing
 * would ever expire.
 *
 * @throws {UnavailableError} When the clock answers anything but a non-negative safe integer.
 */
export function readClock(runtime: Runtime): number {
  const now = runtime.now()
  if (!Number.isSafeInteger(now) || now < 0) throw new UnavailableError()
  return now
}

const builtinCrypto = findBuiltin('node:crypto') as NodeCrypto | null

/**
 * The platform's `node:crypto`, looked for once: Node, Bun, Deno, and workers with its compatibility flag have it. Null
 * elsewhere, and where it is from before `hash`; there the Web Cryptography API does the same work, with a promise for each operation.
 */
export const nodeCrypto: NodeCrypto | null = typeof builtinCrypto?.hash === 'function' ? builtinCrypto : null

/** The part of `Buffer` that is used: text to bytes and back, by the platform's own code. */
export interface NodeBuffer {
  /** Reads base64url, and passes over what is none; or writes text as UTF-8. */
  from(
    text: string,
    encoding: 'base64url' | 'utf8',
  ): Uint8Array<ArrayBuffer> & { toString(encoding: 'base64url' | 'utf8'): string }
  /** Copies bytes. */
  from(bytes: Uint8Array): { toString(encoding: 'base64url'): string }
  /** Looks at a part of a buffer, to be written as text. */
  from(bytes: ArrayBuffer, offset: number, length: number): { toString(encoding: 'base64url' | 'hex'): string }
}

/** The platform's `Buffer`; null where there is none. It only makes base64url and hexadecimal digits faster. */
export const nodeBuffer: NodeBuffer | null =
  (findBuiltin('node:buffer') as { readonly Buffer: NodeBuffer } | null)?.Buffer ?? null

function findBuiltin(name: string): unknown {
  const { process } = globalThis as { process?: { getBuiltinModule?: (name: string) => unknown } }
  return process?.getBuiltinModule?.(name) ?? null
}
