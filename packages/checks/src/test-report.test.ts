import { describe, expect, it } from 'vitest'
import { countTests } from './test-report.ts'

const file = (status: string, ...tests: string[]): object => ({
  status,
  assertionResults: tests.map((test) => ({ status: test })),
})
const report = (numPassedTests: number, numFailedTests: number, ...testResults: object[]): string =>
  JSON.stringify({ numPassedTests, numFailedTests, testResults })

describe('countTests()', () => {
  it('gives the counts of the report', () => {
    const text = report(2, 1, file('passed', 'passed'), file('failed', 'passed', 'failed'))
    expect(countTests(text)).toEqual({ passed: 2, failed: 1 })
  })

  it('counts a file that failed without a failed test', () => {
    expect(countTests(report(1, 0, file('passed', 'passed'), file('failed')))).toEqual({ passed: 1, failed: 1 })
  })

  it.each([
    '',
    'null',
    '{}',
    '[]',
    '{"numPassedTests":1',
    '{"numPassedTests":"1","numFailedTests":0,"testResults":[]}',
  ])('takes %j for no report', (text) => {
    expect(countTests(text)).toBeUndefined()
  })

  it('takes a report without any test for none', () => {
    expect(countTests(report(0, 0, file('passed', 'skipped')))).toBeUndefined()
  })
})
