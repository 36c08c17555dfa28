/**
 * What the client asks of its platform, by shape: so that it needs neither the types of browsers nor those of Node.
 *
 * @module
 */

/** What the client reads of a response. */
export interface FetchResponse {
  /** The HTTP status. */
  readonly status: number
  /** The header fields. */
  readonly headers: { get(name: string): string | null }
  /** The body, parsed. */
  json(): Promise<unknown>
  /** A copy whose body can be read by itself. */
  clone?(): FetchResponse
}

/** Any function in the manner of `fetch`. */
export type AnyFetch = (...args: never[]) => Promise<FetchResponse>

/** A `fetch` as the client calls it. */
export type BasicFetch = (input: unknown, init?: { readonly [name: string]: unknown }) => Promise<FetchResponse>

/** The type of the platform's own `fetch`, or of a plain one where the types know none. */
export type PlatformFetch = typeof globalThis extends { fetch: infer Fetch extends AnyFetch } ? Fetch : BasicFetch

/**
 * Sends a refresh token to the server that exchanges or revokes it. `token` is null where it rides in a cookie. What it throws counts
 * as an answer that was lost.
 */
export type SendToken = (token: string | null, signal: AbortSignal) => Promise<FetchResponse>

/** Where tokens are kept: `localStorage`, `sessionStorage`, or the asynchronous storage of a mobile application. */
export interface ClientStorage {
  /** The text under a key; null where there is none. */
  getItem(key: string): string | null | Promise<string | null>
  /** Keeps a text under a key. */
  setItem(key: string, value: string): unknown
}

/** The part of the Web Locks API that is used, as `navigator.locks` has it. */
export interface ClientLocks {
  /** Runs a callback while nobody else of this origin holds the lock of this name. */
  request<Result>(name: string, callback: () => Promise<Result>): Promise<Result>
}

/** The clock, the timers and the source of randomness. */
export interface ClientRuntime {
  /** Epoch milliseconds. */
  now(): number
  /** A number from 0 to 1, 1 excluded. It spreads requests in time; no secret is made of it. */
  random(): number
  /** Runs a callback once, so many milliseconds from now, unless the function that it gives back is called before. */
  startTimer(milliseconds: number, callback: () => void): () => void
}

/** The platform's clock, timers and randomness. */
export const systemRuntime: ClientRuntime = Object.freeze({
  now: () => Date.now(),
  random: () => Math.random(),
  startTimer(milliseconds: number, callback: () => void) {
    const timer = setTimeout(callback, milliseconds)
    return () => clearTimeout(timer)
  },
})

/** The platform's `fetch`, called as it wants to be: by itself. */
export function platformFetch(): BasicFetch | undefined {
  const { fetch } = globalThis as { readonly fetch?: BasicFetch }
  return fetch && ((input, init) => fetch(input, init))
}

/** The platform's locks. Not there in older browsers, on plain http, and in mobile applications. */
export function platformLocks(): ClientLocks | undefined {
  const { navigator } = globalThis as { readonly navigator?: { readonly locks?: ClientLocks } }
  return navigator?.locks
}

/** The address of the page, against which relative ones are resolved; undefined where there is no page. */
export function pageAddress(): string | undefined {
  const { document } = globalThis as { readonly document?: { readonly baseURI?: string } }
  return document?.baseURI
}

/** A storage that lives and dies with the page or the process. */
export function createMemoryStorage(): ClientStorage {
  const values = new Map<string, string>()
  return { getItem: (key) => values.get(key) ?? null, setItem: (key, value) => values.set(key, value) }
}
