/**
 * What an import costs the compiler of TypeScript.
 *
 * @module
 */

import { execFile } from 'node:child_process'
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const ROOT = join(import.meta.dirname, '../../../..')

/**
 * Counts the instantiations of types that a module causes, those of an empty one taken off. Our packages are read by their
 * declarations, as an application has them: in their sources the compiler would check what it never sees elsewhere.
 *
 * @throws {Error} When it does not compile: what is not understood costs nothing.
 */
export async function countInstantiations(code: string): Promise<number> {
  return (
    (await compile(code)) -
    (await compile(`export const nothing = 'from node:http'\nexport type { Server } from 'node:http'`))
  )
}

async function compile(code: string): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-types-'))
  try {
    await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
    await writeFile(join(folder, 'package.json'), '{ "type": "module" }')
    await writeFile(join(folder, 'app.ts'), code)
    const named = Array.from(code.matchAll(/'@latchkey\/([a-z]+)'/g), ([, name = '']) => name)
    const ours = [...new Set(named)]
    if (ours.length > 0) await declare(ours, folder)
    const compilerOptions = {
      target: 'es2024',
      lib: ['es2024'],
      module: 'nodenext',
      types: ['node'],
      strict: true,
      noEmit: true,
      skipLibCheck: true,
      paths: { '@latchkey/*': ['./declarations/*/src/index.d.ts'] },
    }
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['app.ts'] }))
    const output = await run('-p', folder, '--extendedDiagnostics')
    const count = /^Instantiations:\s+(\d+)/m.exec(output)?.[1]
    if (/error TS\d+/.test(output) || count === undefined)
      throw new Error(`It does not compile: ${output.slice(0, 500)}`)
    return Number(count)
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** Writes the declarations of packages of ours, and of those that they use. */
async function declare(packages: readonly string[], folder: string): Promise<void> {
  const compilerOptions = {
    customConditions: ['@latchkey/source'],
    composite: false,
    incremental: false,
    declaration: true,
    declarationMap: false,
    emitDeclarationOnly: true,
    noEmit: false,
    rootDir: join(ROOT, 'packages'),
    outDir: join(folder, 'declarations'),
  }
  const config = join(folder, 'tsconfig.declarations.json')
  const files = packages.map((name) => join(ROOT, 'packages', name, 'src/index.ts'))
  await writeFile(config, JSON.stringify({ extends: join(ROOT, 'tsconfig.json'), compilerOptions, files, include: [] }))
  const output = await run('-p', config)
  if (output.includes('error TS')) throw new Error(`The declarations were not written: ${output.slice(0, 500)}`)
}

function run(...parameters: readonly string[]): Promise<string> {
  const compiler = join(ROOT, 'node_modules/typescript/lib/tsc.js')
  return new Promise((resolve) => {
    // It exits with 1 when it complains, and says why.
    execFile(process.execPath, [compiler, ...parameters], (_error, stdout, stderr) => resolve(stdout + stderr))
  })
}
