import { expect, it } from 'vitest'
import { countInstantiations } from './instantiations.ts'

it('types that are made cost something, and those that are not cost nothing', async () => {
  const many = `type Build<N extends number, T extends unknown[] = []> = T['length'] extends N ? T : Build<N, [...T, 0]>
    export const built: Build<200>['length'] = 200`
  expect(await countInstantiations(`export const nothing = 1`)).toBeLessThanOrEqual(0)
  expect(await countInstantiations(many)).toBeGreaterThan(100)
}, 120_000)

it('what does not compile is an error', async () => {
  await expect(countInstantiations(`export const wrong: string = 1`)).rejects.toThrow('does not compile')
}, 120_000)

it('our own packages are read by their declarations, and a wrong use of one is an error', async () => {
  const importing = `export { createAuth } from '@latchkey/core'`
  expect(await countInstantiations(importing)).toBeLessThan(1_000)
  const wrong = `import { createAuth } from '@latchkey/core'\nexport const auth = createAuth({ secret: 1 })`
  await expect(countInstantiations(wrong)).rejects.toThrow('does not compile')
}, 120_000)
