/**
 * A call that can be given up.
 *
 * @module
 */

/**
 * Runs a task, and rejects with the signal's reason as soon as it is aborted; at once, without running it, where it is
 * aborted already. A task that runs is not stopped by this: what it has begun it brings to its end.
 */
export function abortable<Result>(signal: AbortSignal | undefined, task: () => Promise<Result>): Promise<Result> {
  return signal === undefined ? task() : race(signal, task)
}

async function race<Result>(signal: AbortSignal, task: () => Promise<Result>): Promise<Result> {
  signal.throwIfAborted()
  const { promise, reject } = Promise.withResolvers<never>()
  const abort = (): void => reject(signal.reason)
  signal.addEventListener('abort', abort, { once: true })
  try {
    return await Promise.race([promise, task()])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}
