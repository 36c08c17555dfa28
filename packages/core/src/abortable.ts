/**
 * A call that can be given up.
 *
 * @module
 */

/**
 * Runs a task, and rejects with the signal's reason as soon as it is aborted; at once, without running it, where it is
 * aborted already. A task that runs is not stopped by this: what it has begun it brings to its end.
 *
 * For stores: this is what a `StoreCall` asks of its `signal`.
 */
export function abortable<Result>(signal: AbortSignal | undefined, task: () => Promise<Result>): Promise<Result> {
  if (signal === undefined) return task()
  // One promise of our own: a race would make four, for each call of a store.
  return new Promise((resolve, reject) => {
    signal.throwIfAborted()
    const abort = (): void => reject(signal.reason as Error)
    const ended =
      <Value>(settle: (value: Value) => void) =>
      (value: Value): void => {
        signal.removeEventListener('abort', abort)
        settle(value)
      }
    signal.addEventListener('abort', abort)
    task().then(ended(resolve), ended(reject))
  })
}
