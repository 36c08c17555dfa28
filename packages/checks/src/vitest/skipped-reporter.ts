/**
 * Lists at the end of a run what was skipped, by title: a skip names its reason there, and nobody may overlook it.
 *
 * @module
 */

import type { Reporter, TestModule, TestSuite, Vitest } from 'vitest/node'

/** A skipped suite with at most so many members is listed by its members: one of them may carry the reason. */
const LISTED_SINGLY = 3

/**
 * Creates a reporter that prints one line for each skipped suite and for each test that was skipped by itself. It prints
 * nothing when nothing was skipped, or when the run was narrowed by a title on purpose.
 */
export function createSkippedReporter(): Reporter {
  let narrowed = false
  return {
    onInit(vitest: Vitest): void {
      narrowed = vitest.config.testNamePattern !== undefined
    },
    onTestRunEnd(files: readonly TestModule[]): void {
      const lines = files.flatMap((file) =>
        [...skippedOf(file)].map((title) => `  ${file.relativeModuleId}: ${title}\n`),
      )
      if (lines.length > 0 && !narrowed) process.stdout.write(`\nSkipped:\n${lines.join('')}\n`)
    },
  }
}

function* skippedOf(parent: TestModule | TestSuite): Generator<string> {
  for (const child of parent.children) {
    if (child.type === 'test') {
      const result = child.result()
      if (result.state === 'skipped') yield [child.fullName, result.note].filter(Boolean).join(': ')
    } else if (child.options.mode === 'skip' && child.children.size > LISTED_SINGLY) {
      yield `${child.fullName} (${[...child.children.allTests()].length} tests)`
    } else {
      yield* skippedOf(child)
    }
  }
}
