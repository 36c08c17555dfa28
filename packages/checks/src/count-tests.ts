/**
 * Prints `<passed> <failed>` for the report at the path that is given. Exits with 1 when there is no report or no test.
 *
 * @module
 */

import { existsSync, readFileSync } from 'node:fs'
import { countTests } from './test-report.ts'

const path = process.argv[2] ?? ''
const counts = existsSync(path) ? countTests(readFileSync(path, 'utf8')) : undefined
if (counts === undefined) process.exitCode = 1
else console.log(`${counts.passed} ${counts.failed}`)
