import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { anchors, codeBlocks, docblockText, linkTargets } from './markdown.ts'
import { listFiles, PUBLIC_PACKAGES, readText, ROOT } from './repository.ts'

const DOCUMENTS = [
  ...['README.md', 'CHANGELOG.md', 'SECURITY.md'].filter((path) => existsSync(join(ROOT, path))),
  ...listFiles('docs', '.md'),
  ...listFiles('packages', '.md').filter((path) => !path.includes('node_modules') && !path.includes('/vectors/')),
]
const SOURCES = PUBLIC_PACKAGES.flatMap((name) => listFiles(`packages/${name}/src`, '.ts'))

/** The code that readers copy, one module each, named for the place where it stands. */
const SNIPPETS = [...DOCUMENTS, ...SOURCES].flatMap((path) =>
  codeBlocks(path.endsWith('.ts') ? docblockText(readText(path)) : readText(path))
    .filter(({ language }) => language === 'ts')
    .map(({ line, code }) => ({ file: `${path.replaceAll('/', '_')}_${line}.ts`, place: `${path}:${line}`, code })),
)

let folder: string
let complaints: readonly string[]

/** Type-checks all snippets at once against the sources; gives the compiler's complaints, a line each. */
async function typeCheck(): Promise<readonly string[]> {
  const output = await new Promise<string>((resolve) => {
    const compiler = join(ROOT, 'node_modules/ts7/bin/tsc')
    // The compiler exits with 1 when it complains; what it says is judged.
    execFile(process.execPath, [compiler, '-p', '.'], { cwd: folder }, (_error, stdout, stderr) => {
      resolve(stdout + stderr)
    })
  })
  return output.split('\n').filter((line) => line !== '')
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'latchkey-docs-'))
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }')
  await writeFile(join(folder, 'root.json'), readText('tsconfig.json'))
  // What a reader may leave out: annotations for declarations, brackets around names of the environment, uses.
  const relaxed = { isolatedDeclarations: false, declaration: false, noPropertyAccessFromIndexSignature: false }
  const compilerOptions = { ...relaxed, noUnusedLocals: false, noUnusedParameters: false, moduleDetection: 'force' }
  const config = { extends: './root.json', compilerOptions, include: [], files: SNIPPETS.map(({ file }) => file) }
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(config))
  for (const { file, code } of SNIPPETS) await writeFile(join(folder, file), code)
  complaints = SNIPPETS.length === 0 ? [] : await typeCheck()
})

afterAll(async () => {
  await rm(folder, { recursive: true })
})

describe('the code in the documents and docblocks', () => {
  it.for(SNIPPETS)('type-checks against the sources: $place', ({ file }) => {
    expect(complaints.filter((line) => line.startsWith(file))).toEqual([])
  })

  it('leads to no complaint elsewhere', () => {
    const files = SNIPPETS.map(({ file }) => file)
    expect(complaints.filter((line) => /^\S/.test(line) && !files.some((file) => line.startsWith(file)))).toEqual([])
  })
})

describe('the README', () => {
  it.each(['npm ci && npm start', 'npm ci && npm test'])('gives the command %s as it is typed', (command) => {
    const lines = codeBlocks(readText('README.md')).flatMap(({ code }) => code.split('\n'))
    expect(lines).toContain(command)
  })
})

describe('every link of a document', () => {
  it.each(DOCUMENTS)('leads to a file, and to a heading in it: %s', (path) => {
    const relative = linkTargets(readText(path)).filter((target) => !/^[a-z]+:/.test(target))
    expect(relative.filter((target) => !isReachable(path, target))).toEqual([])
  })
})

function isReachable(from: string, target: string): boolean {
  const [file = '', anchor] = target.split('#')
  const path = file === '' ? from : join(dirname(from), decodeURIComponent(file))
  if (!existsSync(join(ROOT, path))) return false
  return anchor === undefined || !path.endsWith('.md') || anchors(readText(path)).includes(anchor)
}
