/**
 * Judges what would be published: packs every public package after a build, looks at the tarballs with publint and attw,
 * then unpacks them outside the workspace as an application would have them, imports every entry point in plain Node and
 * type-checks a consumer. Needs no network: third-party packages are linked from this repository, each only into the
 * packages that declare it.
 *
 * @module
 */

import { execFile } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { entryPoints, publicExports } from './public-exports.ts'
import { PUBLIC_PACKAGES, readManifest, ROOT } from './repository.ts'

const NODE_MODULES = join(ROOT, 'node_modules')
const TYPES = ['node', 'express']
const COMPILERS = { 'TypeScript 7': 'ts7/bin/tsc', 'TypeScript 6': 'typescript/bin/tsc' }
/** What stands beside the sources and is nobody's dependency. */
const UNPUBLISHED = /\.(test|test-d|fixture)\.ts$|\.tsbuildinfo$|(^|\/)tsconfig/
/** Words of each part of the core. */
const JOSE = 'JOSE'
const FLASK = 'mayNameNoKey:!0'
const GUARDS = 'www-authenticate'
const REFRESH = 'refresh_reused'
const SESSIONS = 'credential_mismatch'
const TOKENS = 'token_signature'
const RESOLUTIONS = { nodenext: 'nodenext', bundler: 'esnext' }

const folder = mkdtempSync(join(tmpdir(), 'latchkey-packed-'))
const consumer = join(folder, 'consumer')
const NAMES = PUBLIC_PACKAGES.filter((name) => Object.keys(entryPoints(name)).length > 0)
let failures = 0

function report(title: string, problems: readonly string[]): void {
  console.log(`${problems.length === 0 ? 'ok    ' : 'FAILED'} ${title}`)
  for (const problem of problems) console.log(problem.trimEnd().replaceAll(/^/gm, '         '))
  if (problems.length > 0) failures += 1
}

interface Finished {
  readonly ok: boolean
  readonly stdout: string
  readonly stderr: string
}

function execute(program: string, options: readonly string[], cwd: string): Promise<Finished> {
  return new Promise((resolve) => {
    execFile(program, options, { cwd }, (error, stdout, stderr) => resolve({ ok: error === null, stdout, stderr }))
  })
}

/** Runs a tool of this repository with this Node; gives what it printed when it fails. */
async function runTool(tool: string, options: readonly string[], cwd: string): Promise<readonly string[]> {
  const { ok, stdout, stderr } = await execute(process.execPath, [join(NODE_MODULES, tool), ...options], cwd)
  return ok ? [] : [stdout + stderr]
}

async function pack(name: string): Promise<string> {
  const options = ['pack', '--json', '--ignore-scripts', '--pack-destination', folder]
  const { ok, stdout, stderr } = await execute('npm', options, join(ROOT, 'packages', name))
  if (!ok) throw new Error(stderr)
  const packed = JSON.parse(stdout) as readonly { readonly filename: string }[]
  return join(folder, packed[0]?.filename ?? '')
}

function link(dependency: string, into: string): void {
  const target = join(into, dependency)
  mkdirSync(dirname(target), { recursive: true })
  if (!existsSync(target)) symlinkSync(join(NODE_MODULES, dependency), target)
}

async function unpack(name: string, tarball: string): Promise<void> {
  const target = join(folder, 'node_modules/@latchkey', name)
  mkdirSync(target, { recursive: true })
  await execute('tar', ['-xzf', tarball, '-C', target, '--strip-components=1'], folder)
  const { dependencies, peerDependencies } = readManifest(name)
  for (const dependency of Object.keys({ ...dependencies, ...peerDependencies })) {
    if (!dependency.startsWith('@latchkey/')) link(dependency, join(target, 'node_modules'))
  }
}

async function judgeTarball(name: string): Promise<void> {
  const tarball = await pack(name)
  await unpack(name, tarball)
  const pkgDir = join(folder, 'node_modules/@latchkey', name)
  const files = readdirSync(pkgDir, { recursive: true, encoding: 'utf8' })
  const unwanted = files.filter((file) => !file.includes('node_modules') && UNPUBLISHED.test(file))
  report(`contents of ${name}`, unwanted)
  const { messages, pkg } = await publint({ pkgDir, pack: false, strict: true })
  const texts = messages.map((message) => formatMessage(message, pkg, { color: false }) ?? message.code)
  report(`publint ${name}`, texts)
  const options = [tarball, '--profile', 'esm-only', '--no-color']
  report(`attw ${name}`, await runTool('@arethetypeswrong/cli/dist/index.js', options, folder))
}

/** What an entry point offers at run time must be what its source exports. */
async function importEntry(specifier: string, path: string): Promise<void> {
  const expected = publicExports(path).flatMap(({ name, kind }) => (kind === 'value' ? [name] : []))
  const script = `console.log(JSON.stringify(Object.keys(await import('${specifier}')).toSorted()))`
  const { ok, stdout, stderr } = await execute(process.execPath, ['--input-type=module', '--eval', script], consumer)
  const isSame = stdout.trim() === JSON.stringify(expected)
  const difference = isSame ? [] : [`offers  ${stdout.trim()}`, `exports ${JSON.stringify(expected)}`]
  report(`import ${specifier}`, ok ? difference : [stderr])
}

async function typeCheckConsumer(specifiers: readonly string[]): Promise<void> {
  const lines = specifiers.map((specifier, index) => `export * as entry${index} from '${specifier}'\n`)
  writeFileSync(join(consumer, 'consumer.ts'), lines.join(''))
  for (const [resolution, module] of Object.entries(RESOLUTIONS)) {
    const config = `tsconfig.${resolution}.json`
    const compilerOptions = {
      strict: true,
      exactOptionalPropertyTypes: true,
      noEmit: true,
      target: 'es2024',
      lib: ['es2024'],
    }
    const options = { ...compilerOptions, module, moduleResolution: resolution, types: ['node'], skipLibCheck: false }
    writeFileSync(join(consumer, config), JSON.stringify({ compilerOptions: options, files: ['consumer.ts'] }))
    for (const [title, compiler] of Object.entries(COMPILERS)) {
      const output = await runTool(compiler, ['-p', config, '--pretty', 'false'], consumer)
      report(`${title}, ${resolution}`, output.join('\n').split('\n').filter(isOurs))
    }
  }
}

/** What an application does not import is not in its bundle: told by words that only that part has. */
async function bundlePart(names: string, unwanted: readonly string[]): Promise<void> {
  const file = `${names.replaceAll(/\W+/g, '-')}.js`
  writeFileSync(join(consumer, file), `export { ${names} } from '@latchkey/core'\n`)
  const options = [file, '--bundle', '--minify', '--format=esm', '--platform=node', `--outfile=bundled/${file}`]
  const complaints = await runTool('esbuild/bin/esbuild', options, consumer)
  const bundle = complaints.length === 0 ? readFileSync(join(consumer, 'bundled', file), 'utf8') : ''
  report(`bundle of ${names}`, [...complaints, ...unwanted.filter((word) => bundle.includes(word))])
}

/** What a compiler says about declarations of third parties is theirs; everything else is ours, a crash too. */
function isOurs(line: string): boolean {
  const file = /^(\S+)\(\d+,\d+\): /.exec(line)?.[1]
  return (
    line.trim() !== '' && (file === undefined ? !line.startsWith(' ') : /(^consumer|@latchkey\/[^/]+\/)/.test(file))
  )
}

try {
  mkdirSync(consumer)
  writeFileSync(join(consumer, 'package.json'), JSON.stringify({ name: 'consumer', private: true, type: 'module' }))
  for (const name of TYPES) link(`@types/${name}`, join(folder, 'node_modules'))
  await Promise.all(NAMES.map(judgeTarball))
  const entries = NAMES.flatMap((name) =>
    Object.entries(entryPoints(name)).map(([subpath, path]) => [`@latchkey/${name}${subpath.slice(1)}`, path] as const),
  )
  await Promise.all(entries.map(([specifier, path]) => importEntry(specifier, path)))
  await bundlePart('isFault', [JOSE, FLASK, GUARDS, REFRESH, SESSIONS, TOKENS])
  await bundlePart('createTokenVerifier, remoteKeys', [JOSE, FLASK, GUARDS, REFRESH, SESSIONS])
  await bundlePart('createAccessTokens, keyringFromSecrets', [JOSE, FLASK, GUARDS, REFRESH, SESSIONS])
  await bundlePart('createSessions, storedSessions', [JOSE, FLASK, GUARDS, REFRESH, TOKENS])
  await typeCheckConsumer(entries.map(([specifier]) => specifier))
} finally {
  rmSync(folder, { recursive: true })
}
console.log(failures === 0 ? 'The packages are fit to publish.' : `${failures} of these checks failed.`)
process.exitCode = failures === 0 ? 0 : 1
