import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { PACKAGES, PUBLIC_PACKAGES, readManifest, readText, ROOT, type Manifest } from './repository.ts'

const { version, engines, license } = JSON.parse(readText('package.json')) as Manifest

/** What each public package depends on, and what the application brings. */
const DEPENDENCIES: Readonly<Record<string, { readonly own: readonly string[]; readonly peers: readonly string[] }>> = {
  cli: { own: ['@latchkey/core'], peers: [] },
  client: { own: [], peers: [] },
  core: { own: ['jose'], peers: [] },
  testing: { own: ['@latchkey/core', 'fast-check'], peers: ['vitest'] },
  node: { own: ['@latchkey/core'], peers: [] },
  express: { own: ['@latchkey/core', '@latchkey/node'], peers: ['express'] },
  hono: { own: ['@latchkey/core'], peers: ['hono'] },
  flask: { own: ['@latchkey/core'], peers: [] },
  iron: { own: ['@latchkey/core', 'iron-session'], peers: [] },
  kysely: { own: ['@latchkey/core'], peers: ['kysely'] },
  password: { own: ['@latchkey/core', '@node-rs/argon2', 'rate-limiter-flexible'], peers: [] },
  redis: { own: ['@latchkey/core'], peers: ['ioredis', 'redis'] },
}

const keys = (record: object | undefined): readonly string[] => Object.keys(record ?? {}).toSorted()

describe('every package', () => {
  it.each(PACKAGES)('agrees with the root: %s', (name) => {
    const manifest = readManifest(name)
    expect(manifest).toMatchObject({ name: `@latchkey/${name}`, version, license, engines, type: 'module' })
    expect(manifest.description).toMatch(/^[A-Z].*[^.]$/)
  })

  it.each(PACKAGES)('depends on its siblings in exactly its own version: %s', (name) => {
    const { dependencies, peerDependencies, devDependencies } = readManifest(name)
    const siblings = Object.entries({ ...dependencies, ...peerDependencies, ...devDependencies })
    expect(siblings.filter(([sibling, range]) => sibling.startsWith('@latchkey/') && range !== version)).toEqual([])
  })
})

describe('every public package', () => {
  it('stands in the table of dependencies', () => {
    expect(keys(DEPENDENCIES)).toEqual(PUBLIC_PACKAGES)
  })

  it.each(PUBLIC_PACKAGES)('depends on what the design says, and on nothing else: %s', (name) => {
    const { dependencies, peerDependencies } = readManifest(name)
    expect({ own: keys(dependencies), peers: keys(peerDependencies) }).toEqual(DEPENDENCIES[name])
  })

  it.each(PUBLIC_PACKAGES)('has no side effects and publishes its build and its sources: %s', (name) => {
    const { sideEffects, files } = readManifest(name)
    expect(sideEffects).toBe(false)
    expect(files?.filter((pattern) => !pattern.startsWith('!'))).toEqual(['dist', 'src'])
  })

  it.each(PUBLIC_PACKAGES)('exports sources that exist, then types, then code: %s', (name) => {
    const entries = Object.entries(readManifest(name).exports ?? {})
    expect(entries.map(([subpath]) => subpath)).toContain('.')
    for (const [subpath, targets] of entries) {
      const file = subpath === '.' ? 'index' : subpath.slice(2)
      expect(Object.entries(targets)).toEqual([
        ['@latchkey/source', `./src/${file}.ts`],
        ['types', `./dist/${file}.d.ts`],
        ['default', `./dist/${file}.js`],
      ])
      expect(existsSync(join(ROOT, 'packages', name, 'src', `${file}.ts`)), `${name}/src/${file}.ts`).toBe(true)
    }
  })

  it.each(PUBLIC_PACKAGES)('is built with the packages that it depends on: %s', (name) => {
    const config = JSON.parse(readText(`packages/${name}/tsconfig.build.json`)) as { references?: { path: string }[] }
    const siblings = DEPENDENCIES[name]?.own.filter((dependency) => dependency.startsWith('@latchkey/')) ?? []
    const expected = siblings.map((sibling) => `../${sibling.slice('@latchkey/'.length)}/tsconfig.build.json`)
    expect((config.references ?? []).map(({ path }) => path).toSorted()).toEqual(expected)
  })
})
