import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { cruise, type ICruiseResult } from 'dependency-cruiser'
import extractDepcruiseOptions from 'dependency-cruiser/config-utl/extract-depcruise-options'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PACKAGES, ROOT } from './repository.ts'

const CONFIG = join(ROOT, 'packages/checks/dependency-cruiser.config.cjs')
const THIRD_PARTY = [
  'jose',
  'express',
  'hono',
  'kysely',
  'redis',
  'ioredis',
  'rate-limiter-flexible',
  'iron-session',
  'vitest',
  'left-pad',
]

/** A small tree that keeps the rules. */
const LEGAL: Record<string, string> = {
  'packages/core/package.json': '{ "dependencies": { "jose": "1" } }',
  'packages/core/src/index.ts': `export * from './auth.ts'`,
  'packages/core/src/auth.ts': `export * from './flow/login.ts'`,
  'packages/core/src/ports.ts': 'export interface Port {}',
  'packages/core/src/runtime.ts': `import type { Port } from './ports.ts'\nexport const runtime: Port = {}`,
  'packages/core/src/flow/login.ts': `import '../config.ts'\nimport '../token/jws.ts'\nimport '../session/session.ts'`,
  'packages/core/src/flow/authorize.ts': `import type { P } from '../session/policy.ts'\nexport type A = P`,
  'packages/core/src/session/policy.ts': `import type { Port } from '../ports.ts'\nexport type P = Port`,
  'packages/core/src/session/session.ts': `import '../runtime.ts'\nexport const s = 1`,
  'packages/core/src/session/session.test.ts': `import 'vitest'\nimport 'node:crypto'\nimport './session.ts'`,
  'packages/core/src/token/jws.ts': `import './key-import.ts'\nexport const j = 1`,
  'packages/core/src/token/key-import.ts': `import 'jose'`,
  'packages/core/src/http/request.ts': 'export const r = 1',
  'packages/core/src/memory/store.ts': `import '../ports.ts'`,
  'packages/testing/package.json':
    '{ "dependencies": { "@latchkey/core": "1" }, "peerDependencies": { "vitest": "1" } }',
  'packages/testing/src/index.ts': `import '@latchkey/core'\nimport 'vitest'\nimport 'node:crypto'`,
  'packages/hono/package.json': '{ "dependencies": { "@latchkey/core": "1" }, "peerDependencies": { "hono": "1" } }',
  'packages/hono/src/index.ts': `import '@latchkey/core'\nimport 'hono'`,
  'packages/hono/src/index.test.ts': `import '@latchkey/testing'\nimport 'vitest'\nimport './index.ts'`,
  'packages/node/package.json': '{ "dependencies": { "@latchkey/core": "1" } }',
  'packages/node/src/index.ts': `import '@latchkey/core'\nimport 'node:http'`,
  'packages/express/package.json': '{ "devDependencies": { "express": "1" }, "peerDependencies": { "express": "1" } }',
  'packages/express/src/index.ts': `import '@latchkey/node'\nimport 'express'`,
  'packages/kysely/package.json': '{ "peerDependencies": { "kysely": "1" }, "devDependencies": { "left-pad": "1" } }',
  'packages/kysely/src/index.ts': `import 'kysely'`,
  'packages/kysely/src/index.test.ts': `import 'left-pad'`,
  'packages/iron/package.json': '{ "dependencies": { "@latchkey/core": "1", "iron-session": "1" } }',
  'packages/iron/src/iron-box.ts': `import 'iron-session'`,
  'packages/iron/src/index.ts': `import '@latchkey/core'`,
  'packages/iron/src/index.test.ts': `import '@latchkey/node'\nimport '@latchkey/testing'\nimport 'iron-session'`,
  'packages/flask/package.json': '{ }',
  'packages/flask/src/index.ts': `export {}`,
  'packages/password/package.json': '{ }',
  'packages/password/src/index.ts': `export {}`,
  'packages/cli/package.json': '{ "dependencies": { "@latchkey/core": "1" } }',
  'packages/cli/src/index.ts': `import '@latchkey/core'\nimport 'node:crypto'`,
  'packages/client/package.json': '{ }',
  'packages/client/src/index.ts': `import './errors.ts'`,
  'packages/client/src/errors.ts': 'export const e = 1',
  'packages/client/src/index.test.ts': `import '@latchkey/core'\nimport '@latchkey/testing'`,
  'packages/redis/package.json': '{ "devDependencies": { "redis": "1", "ioredis": "1" } }',
  'packages/redis/src/index.ts': `export {}`,
  'packages/example/package.json': '{ "dependencies": { "express": "1", "hono": "1", "kysely": "1" } }',
  'packages/redis/src/servers.fixture.ts': 'export const url = 1',
  'packages/example/src/stores/proof.test.ts': `import '../../../redis/src/servers.fixture.ts'`,
  'packages/example/src/main.ts': `import '@latchkey/express'\nimport 'express'\nimport 'hono'\nimport 'kysely'`,
}

/** One file that breaks one rule: its path, its text, the rule that must report it. */
const PLANTED: readonly (readonly [path: string, text: string, rule: string])[] = [
  ['packages/core/src/planted-node.ts', `import 'node:fs'`, 'core-imports-no-node-module'],
  ['packages/core/src/planted-bare-node.ts', `import 'crypto'`, 'core-imports-no-node-module'],
  ['packages/core/src/session/planted-package.ts', `import 'left-pad'`, 'core-imports-jose-alone'],
  ['packages/core/src/session/planted-jose.ts', `import type { JWK } from 'jose'`, 'jose-has-one-importer'],
  ['packages/core/src/session/planted-token.ts', `import '../token/jws.ts'`, 'core-session-stands-alone'],
  ['packages/core/src/token/planted-session.ts', `import '../session/session.ts'`, 'core-token-stands-alone'],
  [
    'packages/core/src/token/planted-type.ts',
    `import type { P } from '../session/policy.ts'`,
    'core-token-stands-alone',
  ],
  ['packages/core/src/http/planted-flow.ts', `import '../flow/login.ts'`, 'core-http-stands-alone'],
  ['packages/core/src/http/planted-config.ts', `import type {} from '../config.ts'`, 'core-parts-below-config'],
  ['packages/core/src/planted-ground.ts', `import './http/request.ts'`, 'core-ground-imports-ground'],
  ['packages/core/src/config.ts', `import './flow/authorize.ts'`, 'core-config-below-flow'],
  ['packages/core/src/flow/planted-auth.ts', `import '../auth.ts'`, 'core-flow-below-auth'],
  ['packages/core/src/memory/planted-runtime.ts', `import '../runtime.ts'`, 'core-memory-implements-ports'],
  ['packages/core/src/session/rotation.ts', `import '../runtime.ts'`, 'core-judgement-is-pure'],
  ['packages/core/src/token/claims.ts', `import './jws.ts'`, 'core-judgement-is-pure'],
  ['packages/core/src/flow/planted-cycle.ts', `export * from './planted-cycle2.ts'`, 'no-cycle'],
  ['packages/core/src/planted-unresolved.ts', `import './absent.ts'`, 'no-unresolved'],
  ['packages/core/src/planted-up.ts', `import '@latchkey/testing'`, 'direction-core'],
  ['packages/core/src/planted-up.test.ts', `import '@latchkey/node'`, 'direction-core-tests'],
  ['packages/testing/src/planted.ts', `import '@latchkey/node'`, 'direction-testing'],
  ['packages/node/src/planted.ts', `import '@latchkey/express'`, 'direction-node'],
  ['packages/express/src/planted.ts', `import '@latchkey/hono'`, 'direction-express'],
  ['packages/hono/src/planted-node.ts', `import '@latchkey/node'`, 'direction-hono'],
  ['packages/hono/src/planted-testing.ts', `import '@latchkey/testing'`, 'direction-hono'],
  ['packages/kysely/src/planted.ts', `import '@latchkey/node'`, 'direction-kysely'],
  ['packages/redis/src/planted.ts', `import '@latchkey/kysely'`, 'direction-redis'],
  ['packages/password/src/planted.ts', `import '@latchkey/redis'`, 'direction-password'],
  ['packages/iron/src/planted.ts', `import '@latchkey/node'`, 'direction-iron'],
  ['packages/flask/src/planted.ts', `import '@latchkey/hono'`, 'direction-flask'],
  ['packages/flask/src/planted.test.ts', `import '@latchkey/hono'`, 'direction-flask-tests'],
  ['packages/iron/src/planted.test.ts', `import '@latchkey/hono'`, 'direction-iron-tests'],
  ['packages/iron/src/planted-iron.ts', `import 'iron-session'`, 'iron-session-has-one-importer'],
  ['packages/cli/src/planted.ts', `import '@latchkey/node'`, 'direction-cli'],
  ['packages/client/src/planted.ts', `import '@latchkey/core'`, 'direction-client'],
  ['packages/client/src/planted.test.ts', `import '@latchkey/node'`, 'direction-client-tests'],
  ['packages/client/src/planted-node.ts', `import 'node:crypto'`, 'client-imports-nothing'],
  ['packages/node/src/planted-private.ts', `import '../../example/src/main.ts'`, 'nobody-imports-private'],
  ['packages/example/src/planted-deep.ts', `import '../../core/src/session/session.ts'`, 'no-deep-import'],
  [
    'packages/example/src/stores/planted.test.ts',
    `import '../../../core/src/session/session.ts'`,
    'proofs-import-fixtures',
  ],
  [
    'packages/bench/src/sealed/bare-boxes.ts',
    `import '../../../core/src/session/session.ts'`,
    'benchmarks-inside-import-boxes',
  ],
  ['packages/example/src/planted-relative.ts', `import '../../core/src/index.ts'`, 'no-relative-import-of-a-package'],
  ['packages/hono/src/planted-express.ts', `import type {} from 'express'`, 'home-of-express'],
  ['packages/express/src/planted-hono.test.ts', `import 'hono'`, 'home-of-hono'],
  ['packages/node/src/planted-kysely.ts', `import 'kysely'`, 'home-of-kysely'],
  ['packages/node/src/planted-redis.ts', `import 'redis'`, 'home-of-redis'],
  ['packages/node/src/planted-ioredis.ts', `import 'ioredis'`, 'home-of-ioredis'],
  ['packages/node/src/planted-limiter.ts', `import 'rate-limiter-flexible'`, 'home-of-rate-limiter-flexible'],
  ['packages/node/src/planted-iron-session.test.ts', `import 'iron-session'`, 'home-of-iron-session'],
  ['packages/hono/src/planted-vitest.ts', `import 'vitest'`, 'vitest-in-tests-and-suites'],
  ['packages/hono/src/planted-undeclared.ts', `import 'left-pad'`, 'declared-dependencies'],
  ['packages/kysely/src/planted-development.ts', `import 'left-pad'`, 'declared-dependencies'],
  ['packages/hono/src/planted-types.ts', `import type {} from 'left-pad'`, 'declared-types'],
  ['packages/hono/src/planted-undeclared.test.ts', `import 'left-pad'`, 'declared-dependencies-of-tests'],
  ['packages/hono/src/planted-of-test.ts', `import './index.test.ts'`, 'no-import-of-tests'],
]

/** The other half of the planted cycle. */
const PARTNER = ['packages/core/src/flow/planted-cycle2.ts', `import type {} from './planted-cycle.ts'`] as const

let folder: string
let reported: Set<string>

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true })
  await writeFile(join(folder, path), text)
}

async function writeTree(): Promise<void> {
  for (const [path, text] of Object.entries(LEGAL)) await write(path, text)
  for (const [path, text] of PLANTED) await write(path, text)
  await write(...PARTNER)
  for (const name of THIRD_PARTY) {
    await write(`node_modules/${name}/package.json`, JSON.stringify({ name, version: '1.0.0', main: 'index.js' }))
    await write(`node_modules/${name}/index.js`, '')
  }
  await mkdir(join(folder, 'node_modules/@latchkey'))
  for (const name of PACKAGES) {
    const manifest = LEGAL[`packages/${name}/package.json`] ?? '{}'
    const exports = { '.': { '@latchkey/source': './src/index.ts', default: './dist/index.js' } }
    await write(
      `packages/${name}/package.json`,
      JSON.stringify({ name: `@latchkey/${name}`, exports, ...(JSON.parse(manifest) as object) }),
    )
    await symlink(join('../../packages', name), join(folder, 'node_modules/@latchkey', name))
  }
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'latchkey-rules-'))
  await writeTree()
  const options = await extractDepcruiseOptions(CONFIG)
  const { output } = await cruise(['packages'], { ...options, baseDir: folder })
  const { violations } = (output as ICruiseResult).summary
  reported = new Set(violations.map(({ from, rule }) => `${from}: ${rule.name}`))
})

afterAll(async () => {
  await rm(folder, { recursive: true })
})

describe('the dependency rules', () => {
  it.each(PLANTED)('see in %s (%s) a breach of %s', (path, _text, rule) => {
    expect([...reported]).toContain(`${path}: ${rule}`)
  })

  it('see nothing in the files that keep them', () => {
    expect([...reported].filter((line) => Object.keys(LEGAL).some((path) => line.startsWith(path)))).toEqual([])
  })

  it('have a planted breach each, but for those of one pattern', async () => {
    const { ruleSet } = await extractDepcruiseOptions(CONFIG)
    const proven = new Set(PLANTED.map(([, , rule]) => rule))
    const unproven = ruleSet?.forbidden?.map(({ name }) => name ?? '').filter((name) => !proven.has(name))
    expect(unproven).toEqual([
      'direction-testing-tests',
      'direction-node-tests',
      'direction-express-tests',
      'direction-hono-tests',
      'direction-kysely-tests',
      'direction-redis-tests',
      'direction-password-tests',
      'direction-cli-tests',
      'home-of-hono-node-server',
    ])
  })
})
