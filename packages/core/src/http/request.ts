/**
 * What the core sees of a request.
 *
 * @module
 */

/** A request, as little of it as the core can use. Adapters make it as a view; nothing is copied or parsed. */
export interface AuthRequest {
  /** As sent; compared exactly, so that only `GET`, `HEAD` and `OPTIONS` count as safe. */
  readonly method: string
  /** Path and query, as sent. */
  readonly url: string
  /** The header fields. */
  readonly headers: {
    /**
     * The field's value; null when it is absent. Names are given in lower case. Repeated lines are joined with `, `
     * (for `cookie`: `; `) on every adapter, so that the core refuses repetitions alike everywhere.
     */
    get(name: string): string | null
  }
  /**
   * The body as the framework has parsed it; undefined where it has not. Read only where a token or its double submit may stand in the
   * body, and at most once for a request. An exception counts as a body that nothing can be read from.
   */
  readonly body?: (() => unknown) | undefined
}
