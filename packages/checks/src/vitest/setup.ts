/**
 * Makes a test fail that prints, or that leaves a rejected promise to nobody.
 *
 * @module
 */

import { setImmediate as nextTurn } from 'node:timers/promises'
import { afterAll, afterEach, beforeEach } from 'vitest'

const METHODS = ['log', 'info', 'warn', 'error', 'debug', 'trace', 'table', 'dir'] as const

const findings: string[] = []

for (const method of METHODS) {
  console[method] = (...values: unknown[]): void => {
    findings.push(`console.${method}(${values.map(String).join(', ').slice(0, 200)})`)
  }
}

process.on('unhandledRejection', (reason) => {
  findings.push(`a promise was rejected and nobody looked: ${String(reason)}`)
})

function failOnFindings(where: string): void {
  const found = findings.splice(0)
  if (found.length > 0) throw new Error(`${where}: ${found.join('; ')}`)
}

beforeEach(() => {
  failOnFindings('Before this test')
})

afterEach(async () => {
  // Node reports a rejection after the current turn; without the wait it would fall on the next test.
  await nextTurn()
  failOnFindings('In this test')
})

afterAll(() => {
  failOnFindings('In this file')
})
