import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readText, ROOT } from './repository.ts'

/** One file that breaks one rule: its path, its text, the rule that must report it. */
const PLANTED: readonly (readonly [path: string, text: string, rule: string])[] = [
  ['hono/src/floating.ts', 'async function f(): Promise<void> {}\nf()', 'typescript(no-floating-promises)'],
  ['hono/src/voided.ts', 'async function f(): Promise<void> {}\nvoid f()', 'typescript(no-floating-promises)'],
  [
    'hono/src/misused.ts',
    'export const f = (p: Promise<boolean>): number => (p ? 1 : 2)',
    'typescript(no-misused-promises)',
  ],
  ['hono/src/thenable.ts', 'export const f = async (): Promise<number> => await 1', 'typescript(await-thenable)'],
  ['hono/src/any.ts', 'export const f = (value: any): void => value', 'typescript(no-explicit-any)'],
  ['hono/src/untyped.ts', `export const f = (t: string): string => JSON.parse(t)`, 'typescript(no-unsafe-return)'],
  [
    'hono/src/arm.ts',
    `export function f(v: 'a' | 'b'): void {\n  switch (v) {\n    case 'a':\n      f('b')\n  }\n}`,
    'typescript(switch-exhaustiveness-check)',
  ],
  ['hono/src/default.ts', 'export default 1', 'import(no-default-export)'],
  ['hono/src/prints.ts', `console.log('x')`, 'eslint(no-console)'],
  ['hono/src/only.test.ts', `import { it } from 'vitest'\nit.only('x', () => {})`, 'vitest(no-focused-tests)'],
  ['core/src/node.ts', `import { join } from 'node:path'\nexport const j = join`, 'eslint(no-restricted-imports)'],
  ['core/src/environment.ts', `export const e = process.env`, 'eslint(no-restricted-globals)'],
  ['core/src/buffer.ts', `export const b = Buffer.from('')`, 'eslint(no-restricted-globals)'],
  ['core/src/fetches.ts', `export const r = fetch('')`, 'eslint(no-restricted-globals)'],
  ['core/src/now.ts', `export const n = Date.now()`, 'eslint(no-restricted-globals)'],
  ['core/src/date.ts', `export const d = new Date()`, 'eslint(no-restricted-globals)'],
  ['core/src/timer.ts', `setTimeout(() => {}, 1)`, 'eslint(no-restricted-globals)'],
  ['core/src/hidden.ts', `export const d = globalThis.Date`, 'eslint(no-restricted-globals)'],
  ['core/src/random.ts', `export const r = Math.random()`, 'eslint(no-restricted-properties)'],
  ['core/src/random-id.ts', `export const r = crypto.randomUUID()`, 'eslint(no-restricted-properties)'],
]

const ALLOWED: readonly (readonly [path: string, text: string])[] = [
  [
    'core/src/runtime.ts',
    `export const now = (): number => Date.now()\nexport const r = crypto.getRandomValues(new Uint8Array(1))`,
  ],
  ['core/src/date.test.ts', `export const d = new Date()`],
  ['example/src/main.ts', `console.log('Listening')`],
]

interface Diagnostic {
  readonly code: string
  readonly filename: string
}

let folder: string
let found: readonly string[]

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true })
  await writeFile(join(folder, path), `${text}\n`)
}

/** Runs the linter over the temporary tree, with the repository's own configuration. */
async function lint(): Promise<readonly Diagnostic[]> {
  const options = ['--type-aware', '--format', 'json', 'packages']
  const output = await new Promise<string>((resolve) => {
    // It exits with 1 because it finds something; what it says is judged, not its status.
    execFile(join(ROOT, 'node_modules/.bin/oxlint'), options, { cwd: folder }, (_error, stdout) => resolve(stdout))
  })
  return (JSON.parse(output) as { diagnostics: Diagnostic[] }).diagnostics
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'latchkey-lint-'))
  for (const [path, text] of [...PLANTED, ...ALLOWED]) await write(`packages/${path}`, text)
  await write('.oxlintrc.json', readText('.oxlintrc.json'))
  await write('tsconfig.json', readText('tsconfig.json'))
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
  found = (await lint()).map(({ filename, code }) => `${filename.replace('packages/', '')}: ${code}`)
})

afterAll(async () => {
  await rm(folder, { recursive: true })
})

describe('the lint rules', () => {
  it.each(PLANTED)('report %s (%s) as %s', (path, _text, rule) => {
    expect(found).toContain(`${path}: ${rule}`)
  })

  it.each(ALLOWED)('accept %s (%s)', (path) => {
    expect(found.filter((line) => line.startsWith(path))).toEqual([])
  })
})
