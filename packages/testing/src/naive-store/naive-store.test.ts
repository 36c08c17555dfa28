import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url))
const SUITES = 'packages/testing/src/naive-store/suites.fixture.ts'
const CONDITIONS = ['@latchkey/source', 'module', 'node', 'development|production']

interface Report {
  readonly testResults: readonly {
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[]
  }[]
}

/** What each test of the suites made of the naive store, by its title. */
let outcomes: ReadonlyMap<string, string> = new Map()
let folder = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'latchkey-naive-'))
  const outputFile = join(folder, 'report.json')
  const options = { config: false, root: ROOT, watch: false, include: [SUITES], reporters: ['json'], outputFile }
  const server = { ssr: { resolve: { conditions: CONDITIONS } } }
  const program = `import { startVitest } from 'vitest/node'
    await (await startVitest('test', [], ${JSON.stringify(options)}, ${JSON.stringify(server)})).close()`
  // A run of its own, in a process of its own, whose failures are not those of this one.
  const code = await new Promise((resolve) => {
    execFile(process.execPath, ['--input-type=module', '-e', program], { cwd: ROOT }, (error) => {
      resolve(error === null ? 0 : error.code)
    })
  })
  expect(code).toBe(1)
  const { testResults } = JSON.parse(await readFile(outputFile, 'utf8')) as Report
  const results = testResults.flatMap(({ assertionResults }) => assertionResults)
  outcomes = new Map(results.map(({ fullName, status }) => [fullName, status]))
}, 120_000)
afterAll(() => rm(folder, { recursive: true }))

const titlesOf = (status: string): string[] => [...outcomes].filter(([, one]) => one === status).map(([title]) => title)

describe('a store that sets what it is given', () => {
  it('passes where nothing meets and nothing has ended', () => {
    const passed = titlesOf('passed').join('\n')
    expect(passed).toContain('create() adds a record')
    expect(passed).toContain('destroyAllForSubject() ends every session of the subject, and tells how many lived')
  })

  it.each([
    ['overwrites', 'create() never overwrites a live record'],
    ['inserts by an update', 'update() never inserts'],
    ['inserts by a touch', 'touch() never inserts'],
    ['lets a late update revive a logout', 'update() tells gone from conflict after a logout'],
    ['lets a late touch revive a logout', 'touch() never revives a destroyed record'],
    ['lets a touch pass the absolute expiry', 'touch() never passes the absolute expiry'],
    ['creates one id several times', 'concurrent calls create one id exactly once'],
    ['lets two writers both win', 'concurrent calls update one version exactly once'],
    ['revives what is destroyed', 'never bring back a record that is destroyed while it is touched and updated'],
    ['lets a login survive a cut-off', 'never let a login with an old epoch survive the cut-off, sent first'],
    ['lets a login survive a cut-off', 'never let a login with an old epoch survive the cut-off, sent last'],
    ['answers other than a map with tombstones', 'any sequence of calls'],
    ['loses writes', 'writers lose no write to keys of their own'],
    ['loses increments', 'writers count every increment of one key'],
    ['delivers a message more than once', 'writers are given a flash message once'],
    ['undoes ends', 'ends are never undone, when one of 12 writers logs out'],
    ['lets a login survive a cut-off that it raced', 'ends by a cut-off leave no login alive that it raced'],
    ['lets a login survive a cut-off between its calls', 'a login that a cut-off overtakes'],
    ['answers other than the store in memory', 'the same calls on memory and a naive store'],
  ])('does not pass, because it %s: %s', (_, title) => {
    expect(titlesOf('failed').filter((one) => one.includes(title))).not.toEqual([])
  })
})
