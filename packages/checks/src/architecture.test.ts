import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { listFiles, PACKAGES, PUBLIC_PACKAGES, readText, ROOT } from './repository.ts'
import { entryPoints, publicExports } from './public-exports.ts'
import {
  countCodeLines,
  exportedDeclarations,
  isDocumented,
  parseSource,
  undocumentedMembers,
} from './source-syntax.ts'

const isTest = (path: string): boolean => /\.(test|test-d|fixture)\.ts$/.test(path)
const sourcesOf = (name: string): readonly string[] =>
  listFiles(`packages/${name}/src`, '.ts').filter((path) => !isTest(path))
const countLines = (path: string): number => readText(path).trimEnd().split('\n').length

const SOURCES = PACKAGES.flatMap(sourcesOf)

/** Published suites are tests: files that take vitest as a peer, and the folders of their parts. */
const SUITES = sourcesOf('testing').filter((path) => readText(path).includes(`from 'vitest'`))

/** Parts of a store have no test of their own: the contract suite that runs over the whole store proves them. */
const PROVEN_BY: Readonly<Record<string, string>> = {
  'packages/core/src/memory/kept-record.ts': 'packages/testing/src/memory-session-store.test.ts',
  'packages/core/src/memory/revocation-store.ts': 'packages/testing/src/memory-revocation-store.test.ts',
  'packages/core/src/memory/session-store.ts': 'packages/testing/src/memory-session-store.test.ts',
  'packages/core/src/token/remote-key-set.ts': 'packages/core/src/token/remote-keys.test.ts',
  'packages/core/src/token/node-signature.ts': 'packages/core/src/token/signature-engine.test.ts',
  'packages/core/src/token/web-signature.ts': 'packages/core/src/token/signature-engine.test.ts',
  'packages/kysely/src/column-types.ts': 'packages/kysely/src/migrations.test.ts',
  'packages/example/src/stores/memory.ts': 'packages/example/src/open-stores.test.ts',
  'packages/example/src/stores/mysql.ts': 'packages/example/src/open-stores.test.ts',
  'packages/example/src/stores/postgres.ts': 'packages/example/src/open-stores.test.ts',
  'packages/example/src/stores/redis.ts': 'packages/example/src/open-stores.test.ts',
  'packages/example/src/stores/sealed.ts': 'packages/example/src/open-stores.test.ts',
  'packages/example/src/stores/sql-server.ts': 'packages/example/src/open-stores.test.ts',
  'packages/example/src/stores/sqlite.ts': 'packages/example/src/open-stores.test.ts',
  'packages/kysely/src/expiry-sweep.ts': 'packages/kysely/src/session-store.test.ts',
  'packages/kysely/src/liveness.ts': 'packages/kysely/src/session-store.test.ts',
  'packages/kysely/src/record-store.ts': 'packages/kysely/src/session-store.test.ts',
  'packages/kysely/src/row.ts': 'packages/kysely/src/session-store.test.ts',
  'packages/kysely/src/statement.ts': 'packages/kysely/src/session-store.test.ts',
  'packages/kysely/src/subject-sessions.ts': 'packages/kysely/src/session-store.test.ts',
  'packages/kysely/src/tables.ts': 'packages/kysely/src/session-store.test.ts',
  'packages/redis/src/client.ts': 'packages/redis/src/session-store.test.ts',
  'packages/redis/src/expiry.ts': 'packages/redis/src/keys.test.ts',
  'packages/redis/src/session-rows.ts': 'packages/redis/src/session-store.test.ts',
  'packages/redis/src/session-scripts.ts': 'packages/redis/src/interleaving.test.ts',
  'packages/redis/src/subject-index.ts': 'packages/redis/src/interleaving.test.ts',
  'packages/redis/src/subject-scripts.ts': 'packages/redis/src/interleaving.test.ts',
}

const IGNORED = ['.git', 'node_modules', 'coverage', '.data']
const TOP_LEVEL = [
  '.ci',
  '.editorconfig',
  '.gitattributes',
  '.gitignore',
  '.npmrc',
  '.oxfmtrc.json',
  '.oxlintrc.json',
  'CHANGELOG.md',
  'LICENSE',
  'README.md',
  'SECURITY.md',
  'docs',
  'package-lock.json',
  'package.json',
  'packages',
  'tsconfig.json',
  'vitest.config.ts',
]

const BANNED = /\b(TODO|FIXME|XXX)\b|\.only\(|registry\.\w+|\bnpmjs\b|(^|[\s'"`(=:])\/(work|home|root|Users)\//
/** The files that must name what is banned. */
const NAMES_THEM = ['packages/checks/src/architecture.test.ts', 'packages/checks/src/lint-rules.test.ts']

describe('every source file', () => {
  it('begins with one sentence about the module', () => {
    const head = /^\/\*\*\n \* [A-Z`'"@][^]*?[.:]\n \*\n \* @module\n \*\//
    expect([...SOURCES, ...listFiles('packages/checks', 'js')].filter((path) => !head.test(readText(path)))).toEqual([])
  })

  it('has at most 250 lines', () => {
    expect(SOURCES.filter((path) => countLines(path) > 250).map((path) => `${path}: ${countLines(path)}`)).toEqual([])
  })

  it('has fewer than 100 lines in the median', () => {
    const lengths = SOURCES.map(countLines).toSorted((a, b) => a - b)
    expect(lengths[Math.floor(lengths.length / 2)]).toBeLessThan(100)
  })

  it('is named in kebab-case', () => {
    const names = PACKAGES.flatMap((name) => listFiles(`packages/${name}/src`, ''))
    expect(names.filter((path) => !/^[a-z0-9/-]+(\.[a-z-]+)+$/.test(path) && !path.includes('/vectors/'))).toEqual([])
  })

  it('has its test beside it, when it exports something that runs', () => {
    expect(SOURCES.filter((path) => hasLogic(path) && !hasTest(path))).toEqual([])
    expect(Object.keys(PROVEN_BY).filter((path) => !SOURCES.includes(path))).toEqual([])
  })
})

/** A file of types alone, of re-exports alone, or that is only run, has nothing that a test could import. */
function hasLogic(path: string): boolean {
  return exportedDeclarations(parseSource(path)).some(({ kind }) => kind === 'value')
}

function hasTest(path: string): boolean {
  if (existsSync(join(ROOT, path.replace(/\.ts$/, '.test.ts')))) return true
  if (existsSync(join(ROOT, PROVEN_BY[path] ?? 'nothing'))) return true
  // These are tests themselves, and parts of them.
  return (
    path.startsWith('packages/checks/') || SUITES.some((suite) => path === suite || path.startsWith(partsOf(suite)))
  )
}

const partsOf = (suite: string): string => suite.replace(/\.ts$/, '/')

describe('every exported declaration of a public package', () => {
  it.each(PUBLIC_PACKAGES)('has a docblock: %s', (name) => {
    const missing = sourcesOf(name).flatMap((path) =>
      exportedDeclarations(parseSource(path))
        .filter((declaration) => !isDocumented(declaration))
        .map((declaration) => `${path}: ${declaration.name}`),
    )
    expect(missing).toEqual([])
  })

  it.each(PUBLIC_PACKAGES)('has a docblock on each member, when an entry point exports it: %s', (name) => {
    const missing = Object.values(entryPoints(name)).flatMap((path) =>
      publicExports(path).flatMap(({ file, declaration }) =>
        declaration === undefined ? [] : undocumentedMembers(declaration).map((member) => `${file}: ${member}`),
      ),
    )
    expect(missing).toEqual([])
  })
})

describe('an adapter', () => {
  it.each(['node', 'express', 'hono'])('has at most 120 lines of code: %s', (name) => {
    const lines = sourcesOf(name).map((path) => countCodeLines(parseSource(path)))
    expect(lines.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(120)
  })
})

describe('the repository', () => {
  it('has at its top what stands in the list, and nothing else', () => {
    const entries = readdirSync(ROOT).filter((name) => !IGNORED.includes(name))
    expect(entries.filter((name) => !TOP_LEVEL.includes(name))).toEqual([])
  })

  it('holds no unfinished work, no narrowed test, no host of a registry and no path of a machine', () => {
    const texts = [...listFiles('packages', ''), ...listFiles('docs', ''), ...listFiles('.ci', ''), ...TOP_LEVEL]
      .filter((path) => !/node_modules|\/dist\/|\/vectors\/|\.data\//.test(path) && !NAMES_THEM.includes(path))
      .filter((path) => statSync(join(ROOT, path), { throwIfNoEntry: false })?.isFile() === true)
    const found = texts.flatMap((path) => {
      const lines = readText(path).split('\n')
      return lines.flatMap((line, index) =>
        BANNED.test(line) ? [`${path}:${index + 1}: ${line.trim().slice(0, 100)}`] : [],
      )
    })
    expect(found).toEqual([])
  })
})
