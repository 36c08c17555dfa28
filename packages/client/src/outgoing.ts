/**
 * One request on its way out: where it goes, and whether it can be sent twice.
 *
 * @module
 */

/** The arguments of a `fetch`, as far as they are looked at. */
export interface RequestInitLike {
  readonly headers?: unknown
  readonly body?: unknown
  readonly signal?: AbortSignal | null
  readonly [name: string]: unknown
}

/** What a `Request` object has, as far as it is looked at. */
interface RequestLike {
  readonly url: string
  readonly headers: unknown
  readonly body?: unknown
  readonly signal?: AbortSignal
  clone(): unknown
}

/** A request that the token may travel with. */
export interface Outgoing {
  readonly signal: AbortSignal | undefined
  /** False when the body can be read once alone. */
  readonly isRepeatable: boolean
  /** The arguments of the next sending. */
  withToken(token: string | null): readonly [input: unknown, init: RequestInitLike]
}

/**
 * Prepares a request. The address is resolved here, and sent as it was resolved, so that what was judged is where the token goes.
 *
 * @returns Undefined when the token must not travel with it: another origin, an address that cannot be resolved, or an `Authorization`
 * header that the caller set.
 */
export function prepareRequest(
  input: unknown,
  init: RequestInitLike,
  { origins, baseUrl }: { readonly origins: ReadonlySet<string>; readonly baseUrl: string | undefined },
): Outgoing | undefined {
  const request = isRequest(input) ? input : undefined
  const address = request?.url ?? String(input)
  if (!URL.canParse(address, baseUrl)) return undefined
  const { href, origin, protocol } = new URL(address, baseUrl)
  // A `blob:` address has the origin of the page that made it, and goes nowhere.
  if (!origins.has(origin) || (protocol !== 'https:' && protocol !== 'http:')) return undefined
  const own = new Headers((init.headers ?? request?.headers) as ConstructorParameters<typeof Headers>[0])
  if (own.has('authorization')) return undefined

  const isRepeatable = !isStream(init.body)
  let isSent = false
  return {
    signal: init.signal ?? request?.signal,
    isRepeatable,
    withToken(token) {
      const headers = new Headers(own)
      if (token !== null) headers.set('authorization', `Bearer ${token}`)
      // A request's body can be read once: the first sending gets a copy, as long as there may be a second.
      const target = request === undefined ? href : isSent ? request : request.clone()
      isSent = true
      return [target, { ...init, headers }]
    },
  }
}

function isRequest(input: unknown): input is RequestLike {
  return typeof input === 'object' && input !== null && 'url' in input && 'clone' in input
}

/** A body that is consumed by sending it: a stream, or an iteration. */
function isStream(body: unknown): boolean {
  return typeof body === 'object' && body !== null && ('getReader' in body || Symbol.asyncIterator in body)
}
