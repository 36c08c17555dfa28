/**
 * Builds every public package into its `dist`: a JavaScript file for each entry point of its `exports` map and for each source file that
 * one exports something from, the chunks that several of them share, and the declarations. A bundler leaves out whole files that are not
 * used; inside of one it has to keep every constant that is made by a call.
 *
 * @module
 */

import { spawnSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'tsup'
import { entryPoints, publicExports } from './public-exports.ts'
import { PUBLIC_PACKAGES, ROOT } from './repository.ts'

/** The files that are built, by their paths below `src`. */
function partsOf(name: string): Readonly<Record<string, string>> {
  const source = `packages/${name}/src/`
  const entries = Object.values(entryPoints(name))
  const exported = entries.flatMap(publicExports).flatMap(({ kind, file }) => (kind === 'value' ? [file] : []))
  const own = [...entries, ...exported].filter((path) => path.startsWith(source))
  return Object.fromEntries(own.map((path) => [path.slice(source.length, -'.ts'.length), path]))
}

async function buildJavaScript(name: string): Promise<void> {
  const entry = partsOf(name)
  // `packages.test.ts` reports an entry point without a source.
  if (Object.keys(entry).length === 0) return
  await build({
    config: false,
    silent: true,
    entry,
    outDir: `packages/${name}/dist`,
    format: 'esm',
    target: 'node22',
    splitting: true,
    sourcemap: true,
    // The sources are published too; a map points to them.
    esbuildOptions(options) {
      options.sourcesContent = false
    },
    // What a package depends on is installed with it, never copied into it.
    skipNodeModulesBundle: true,
    // `node:sqlite` exists only under its full name.
    removeNodeProtocol: false,
  })
}

process.chdir(ROOT)
for (const name of PUBLIC_PACKAGES) rmSync(join('packages', name, 'dist'), { recursive: true, force: true })
await Promise.all(PUBLIC_PACKAGES.map(buildJavaScript))
// TypeScript 7 emits them for all packages in the time that tsup's way takes for one.
const declarations = spawnSync(
  process.execPath,
  ['node_modules/ts7/bin/tsc', '-b', 'packages/checks/tsconfig.build.json', '--force'],
  { stdio: 'inherit' },
)
process.exitCode = declarations.status ?? 1
