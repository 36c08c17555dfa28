import { expect, it } from 'vitest'
import { bundleOf } from './bundles.ts'

it('a bundle has what is used, and nothing else', async () => {
  const used = await bundleOf(`import { parseCookie } from 'cookie'\nconsole.log(parseCookie('a=1'))`)
  expect(used.packages).toEqual(['cookie'])
  expect(used.gzip).toBeLessThan(used.minified)
  const unused = await bundleOf(`import { UsageError } from '@latchkey/core'\nconsole.log(UsageError)`)
  expect(unused.minified).toBeLessThan(300)
  expect(unused.packages).toEqual([])
})

it('what cannot be resolved is an error', async () => {
  await expect(bundleOf(`import 'no-such-package'`)).rejects.toThrow('no-such-package')
})

/** Words of parts of the core. */
const FLASK = 'mayNameNoKey:!0'
const GUARDS = 'www-authenticate'
const REFRESH = 'refresh_reused'
const SESSIONS = 'credential_mismatch'
const TOKENS = 'token_signature'

it.each([
  ['createTokenVerifier, remoteKeys', [FLASK, GUARDS, REFRESH, SESSIONS]],
  ['createAccessTokens, keyringFromSecrets', [FLASK, GUARDS, REFRESH, SESSIONS]],
  ['createSessions, storedSessions', [FLASK, GUARDS, REFRESH, TOKENS]],
])('a direct function carries nothing of the parts beside it: %s', async (names, unwanted) => {
  const { text, packages } = await bundleOf(`export { ${names} } from '@latchkey/core'`)
  expect(unwanted.filter((word) => text.includes(word))).toEqual([])
  expect(packages).toEqual([])
})

it('createAuth carries all of them', async () => {
  const { text } = await bundleOf(`export { createAuth, storedSessions } from '@latchkey/core'`)
  expect([FLASK, GUARDS, REFRESH, SESSIONS, TOKENS].filter((word) => !text.includes(word))).toEqual([])
})
