/**
 * Where the repository is and which packages it has, for the checks beside this file.
 *
 * @module
 */

import { readdirSync, readFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'

/** The folder of the repository. */
export const ROOT: string = join(import.meta.dirname, '../../..')

/** A `package.json`, as far as the checks read it. */
export interface Manifest {
  readonly name: string
  readonly version: string
  readonly private?: boolean
  readonly type?: string
  readonly license?: string
  readonly sideEffects?: boolean
  readonly description?: string
  readonly engines?: { readonly node?: string }
  readonly files?: readonly string[]
  readonly exports?: { readonly [path: string]: { readonly [condition: string]: string } }
  readonly dependencies?: { readonly [name: string]: string }
  readonly peerDependencies?: { readonly [name: string]: string }
  readonly peerDependenciesMeta?: { readonly [name: string]: { readonly optional?: boolean } }
  readonly devDependencies?: { readonly [name: string]: string }
}

/** Reads `packages/<name>/package.json`. */
export function readManifest(name: string): Manifest {
  return JSON.parse(readText(`packages/${name}/package.json`)) as Manifest
}

/** Reads a text file of the repository. */
export function readText(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8')
}

/** The folders under `packages`, sorted. */
export const PACKAGES: readonly string[] = readdirSync(join(ROOT, 'packages')).toSorted()

/** Those that are published. */
export const PUBLIC_PACKAGES: readonly string[] = PACKAGES.filter((name) => readManifest(name).private !== true)

/** The files under a folder of the repository, as paths from its root with `/`, sorted; none when it does not exist. */
export function listFiles(folder: string, suffix: string): readonly string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(suffix))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .toSorted()
}
