import { describe, expect, it } from 'vitest'
import { entryPoints, publicExports } from './public-exports.ts'
import { PUBLIC_PACKAGES } from './repository.ts'

/** Lists an entry point as the kept file does: the values, then the types, one name a line. */
function describeEntry(specifier: string, path: string): string {
  const exported = publicExports(path)
  const names = (kind: 'value' | 'type'): string[] =>
    exported.filter((entry) => entry.kind === kind).map(({ name }) => `    ${name}`)
  return [specifier, '  values', ...names('value'), '  types', ...names('type'), ''].join('\n')
}

describe('the public names', () => {
  it('are those of public-names.txt: a change of them is a change of the contract (npx vitest run -u keeps it)', async () => {
    const entries = PUBLIC_PACKAGES.flatMap((name) =>
      Object.entries(entryPoints(name)).map(([subpath, path]) =>
        describeEntry(`@latchkey/${name}${subpath.slice(1)}`, path),
      ),
    )
    await expect(entries.join('\n')).toMatchFileSnapshot('../public-names.txt')
  })
})
