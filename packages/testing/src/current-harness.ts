/**
 * A harness for each test of a suite.
 *
 * @module
 */

import { afterEach, beforeEach } from 'vitest'

/** Makes a harness before each test of the describe block that this is called in, and closes it afterwards. Gives the one of the test that runs. */
export function useHarness<Harness extends { close(): void | Promise<void> }>(
  makeHarness: () => Harness | Promise<Harness>,
): () => Harness {
  let current: Harness | undefined
  beforeEach(async () => {
    current = await makeHarness()
  })
  afterEach(async () => {
    await current?.close()
    current = undefined
  })
  return () => {
    if (current === undefined) throw new Error('The harness is made before each test')
    return current
  }
}
