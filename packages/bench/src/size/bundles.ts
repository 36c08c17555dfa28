/**
 * What an import costs a bundle.
 *
 * @module
 */

import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'

/** A bundle. */
export interface Bundle {
  /** Bytes, minified. */
  readonly minified: number
  /** Bytes, minified and compressed. */
  readonly gzip: number
  /** The packages whose code is in it, by their names. */
  readonly packages: readonly string[]
  /** The bundle itself. */
  readonly text: string
}

/** Bundles a module for production; what Node has itself stays outside. */
export async function bundleOf(code: string): Promise<Bundle> {
  const { outputFiles, metafile } = await build({
    stdin: { contents: code, resolveDir: import.meta.dirname, loader: 'ts' },
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    format: 'esm',
    platform: 'node',
    target: 'node22',
    conditions: ['@latchkey/source'],
    define: { 'process.env.NODE_ENV': '"production"' },
    logLevel: 'silent',
  })
  const [output] = outputFiles
  if (output === undefined) throw new Error('The bundle is empty')
  const inputs = Object.values(metafile.outputs).flatMap(({ inputs: used }) =>
    Object.entries(used).flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [path] : [])),
  )
  const packages = new Set(inputs.flatMap((path) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? []))
  return {
    minified: output.contents.length,
    gzip: gzipSync(output.contents).length,
    packages: [...packages].toSorted(),
    text: output.text,
  }
}
