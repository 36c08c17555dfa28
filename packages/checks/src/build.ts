/**
 * Builds every public package into its `dist`: one JavaScript file per entry point of its `exports` map, the chunks that
 * two entry points share, and the declarations.
 *
 * @module
 */

import { spawnSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { build } from 'tsup'
import { entryPoints } from './public-exports.ts'
import { PUBLIC_PACKAGES, ROOT } from './repository.ts'

async function buildJavaScript(name: string): Promise<void> {
  const entries = Object.values(entryPoints(name)).map((path) => [basename(path, '.ts'), path] as const)
  // `packages.test.ts` reports an entry point without a source.
  if (entries.length === 0) return
  await build({
    config: false,
    silent: true,
    entry: Object.fromEntries(entries),
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
