import { expect, it } from 'vitest'
import { bundleOf } from './bundles.ts'

it('a bundle has what is used, and nothing else', async () => {
  const used = await bundleOf(`import { parseCookie } from 'cookie'\nconsole.log(parseCookie('a=1'))`)
  expect(used.packages).toEqual(['cookie'])
  expect(used.gzip).toBeLessThan(used.minified)
  const unused = await bundleOf(`import { UsageError } from '@latchkey/core'\nconsole.log(UsageError)`)
  expect(unused.minified).toBeLessThan(2_000)
  expect(unused.packages).toEqual([])
})

it('what cannot be resolved is an error', async () => {
  await expect(bundleOf(`import 'no-such-package'`)).rejects.toThrow('no-such-package')
})
