/**
 * Follows the entry points of a public package to the declarations that they export.
 *
 * @module
 */

import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path/posix'
import { readManifest, ROOT } from './repository.ts'
import { exportedDeclarations, parseSource, reExports, type ExportedDeclaration } from './source-syntax.ts'

/** A name that a package offers, and where it comes from. */
export interface PublicExport {
  /** The name that an application imports. */
  readonly name: string
  /** A type that is exported with `export type` or declared as one; everything else is a value. */
  readonly kind: 'value' | 'type'
  /** The file of the declaration, or the specifier of another package. */
  readonly file: string
  /** The declaration, or undefined when another package makes it. */
  readonly declaration: ExportedDeclaration | undefined
}

/** The source files behind the `exports` map of a package: `{ '.': 'packages/core/src/index.ts' }`, when they exist. */
export function entryPoints(name: string): Readonly<Record<string, string>> {
  const entries = Object.entries(readManifest(name).exports ?? {})
  const sources = entries.map(
    ([subpath, targets]) => [subpath, join('packages', name, targets['@latchkey/source'] ?? '')] as const,
  )
  return Object.fromEntries(sources.filter(([, path]) => existsSync(join(ROOT, path))))
}

/** Lists what a file exports, its own and what it re-exports, sorted by name. Throws when a re-export names nothing. */
export function publicExports(path: string): readonly PublicExport[] {
  const source = parseSource(path)
  const own = exportedDeclarations(source).map((declaration) => ({ ...declaration, file: path, declaration }))
  const others = reExports(source).flatMap(({ from, names }) => {
    const target = from.startsWith('.') ? join(dirname(path), from) : undefined
    const offered = target === undefined ? undefined : publicExports(target)
    if (names === undefined) return offered ?? []
    return names.map(({ there, here, typeOnly }): PublicExport => {
      const found = offered?.find(({ name }) => name === there)
      if (offered !== undefined && found === undefined) throw new Error(`${path} exports ${there}, ${from} does not`)
      const kind = typeOnly ? 'type' : (found?.kind ?? 'value')
      return { name: here, kind, file: found?.file ?? from, declaration: found?.declaration }
    })
  })
  return [...own, ...others].toSorted((a, b) => (a.name < b.name ? -1 : 1))
}
