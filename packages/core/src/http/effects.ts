/**
 * Changes to a response as data: the core adds them, the adapter sends them.
 *
 * @module
 */

/** Where the core puts what must go out with the response. */
export interface EffectSink {
  /** False once the headers are gone; then nothing may be added. */
  readonly open: boolean
  /**
   * Adds one `Set-Cookie` line. A later line for the same name replaces an earlier one, in its place. A second line for one cookie, of
   * another scope, is given under its name, a semicolon and something more.
   */
  setCookie(name: string, line: string): void
  /** Sets a header. `vary` is added to; any other name is replaced. Names in lower case. */
  setHeader(name: string, value: string): void
}

/** A sink that remembers, and hands over once. Its methods need their `this`. */
export interface Effects extends EffectSink {
  /** Whether there is anything to hand over. */
  readonly pending: boolean
  /** Closes the sink and merges what it holds into a response's headers. The second call does nothing. */
  flush(headers: ResponseHeaders): void
}

/** A response's headers as the flush needs them. Names in lower case. */
export interface ResponseHeaders {
  /** The field's value; undefined when it is not set. */
  get(name: string): string | undefined
  /** Sets the field, in place of what was there. */
  set(name: string, value: string): void
  /** The `Set-Cookie` lines that the application set by itself. */
  getSetCookie(): readonly string[]
  /** Replaces all `Set-Cookie` lines. */
  replaceSetCookie(lines: readonly string[]): void
}

/**
 * Creates an open sink.
 *
 * Its flush keeps one `Set-Cookie` per name, ours before the application's; adds to `Vary`; and where a cookie goes out
 * makes the response uncacheable with `Cache-Control: no-store`, unless `private` or `no-store` stands there already. A
 * shared cache that stores somebody's session cookie hands out their account.
 */
export function createEffects(): Effects {
  return new ResponseEffects()
}

class ResponseEffects implements Effects {
  readonly #cookies = new Map<string, string>()
  readonly #headers = new Map<string, string>()
  #open = true

  get open(): boolean {
    return this.#open
  }

  get pending(): boolean {
    return this.#open && this.#cookies.size + this.#headers.size > 0
  }

  setCookie(name: string, line: string): void {
    this.#cookies.set(name, line)
  }

  setHeader(name: string, value: string): void {
    const before = name === 'vary' ? this.#headers.get(name) : undefined
    if (before !== value) this.#headers.set(name, before === undefined ? value : mergeVary(before, value))
  }

  flush(target: ResponseHeaders): void {
    if (!this.#open) return
    this.#open = false
    for (const [name, value] of this.#headers) {
      target.set(name, name === 'vary' ? mergeVary(target.get(name) ?? '', value) : value)
    }
    const cookies = this.#cookies
    if (cookies.size === 0) return
    const others = target.getSetCookie().filter((line) => !cookies.has(cookieNameOf(line)))
    target.replaceSetCookie([...others, ...cookies.values()])
    if (!/\b(?:private|no-store)\b/i.test(target.get('cache-control') ?? '')) target.set('cache-control', 'no-store')
  }
}

/** A sink for requests whose response can carry nothing, such as a WebSocket upgrade. */
export const closedSink: EffectSink = Object.freeze({ open: false, setCookie: () => {}, setHeader: () => {} })

function cookieNameOf(line: string): string {
  return line.slice(0, line.indexOf('=')).trim()
}

function mergeVary(before: string, added: string): string {
  const names = before.split(',').map((name) => name.trim())
  if (names.includes('*')) return '*'
  const lower = new Set(names.map((name) => name.toLowerCase()))
  const missing = added.split(', ').filter((name) => !lower.has(name.toLowerCase()))
  return [...names.filter((name) => name !== ''), ...missing].join(', ')
}
