/**
 * Counts the tests of a report that the test runner left (`LATCHKEY_TEST_REPORT`).
 *
 * @module
 */

interface Report {
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly testResults: readonly {
    readonly status: string
    readonly assertionResults: readonly { readonly status: string }[]
  }[]
}

/** How many tests passed and failed. A skipped test is neither. */
export interface Counts {
  readonly passed: number
  readonly failed: number
}

/**
 * Reads the counts. A file that failed without a failed test (it could not be loaded, a hook threw) counts as one failed
 * test. Gives undefined for a text that is no report, and for a report without any test.
 */
export function countTests(text: string): Counts | undefined {
  const report = parseReport(text)
  if (report === undefined) return undefined
  const brokenFiles = report.testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && assertionResults.every((test) => test.status !== 'failed'),
  )
  const counts = { passed: report.numPassedTests, failed: report.numFailedTests + brokenFiles.length }
  return counts.passed + counts.failed === 0 ? undefined : counts
}

function parseReport(text: string): Report | undefined {
  try {
    const report = JSON.parse(text) as Partial<Report> | null
    const isComplete = [report?.numPassedTests, report?.numFailedTests].every(Number.isSafeInteger)
    return isComplete && Array.isArray(report?.testResults) ? (report as Report) : undefined
  } catch {
    return undefined
  }
}
