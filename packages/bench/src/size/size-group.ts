/**
 * What importing us costs a bundle.
 *
 * @module
 */

import type { Group } from '../group.ts'
import { NO_FIGURES, type Row } from '../report.ts'
import { bundleOf } from './bundles.ts'

interface Measured {
  readonly name: string
  readonly subject: 'latchkey' | 'peer'
  readonly code: string
  /** The most bytes, compressed; and a package that must not be in it. */
  readonly goal?: { readonly gzip: number; readonly without?: string }
}

const KIB = 1_024
const SECRETS = `{ 1: process.env.AUTH_SECRET! }`
const NAMES = `issuer: 'i', audience: 'a'`
const IMPORT_TOKENS = `import { createTokenVerifier, keyringFromSecrets } from '@latchkey/core'`
const VERIFIER = `createTokenVerifier({ keys: keyringFromSecrets(${SECRETS}), ${NAMES} })`
const IMPORT_SESSIONS = `import { createSessions, storedSessions } from '@latchkey/core'`
const SESSIONS = `(store: any) => createSessions({ secrets: ${SECRETS}, origin: 'https://a.example', sessions: storedSessions(store) })`

const MEASURED: readonly Measured[] = [
  {
    name: 'core by direct functions: HS256 verify and stored sessions',
    subject: 'latchkey',
    code: `${IMPORT_TOKENS}\n${IMPORT_SESSIONS}\nexport const verifier = ${VERIFIER}\nexport const make = ${SESSIONS}`,
    goal: { gzip: 12 * KIB, without: 'jose' },
  },
  {
    name: 'core by direct functions: HS256 verify and issue, and stored sessions',
    subject: 'latchkey',
    code: `import { createAccessTokens, keyringFromSecrets } from '@latchkey/core'\n${IMPORT_SESSIONS}
      export const tokens = createAccessTokens({ keys: keyringFromSecrets(${SECRETS}), ${NAMES} })
      export const make = ${SESSIONS}`,
  },
  {
    name: 'core by direct functions: HS256 verify',
    subject: 'latchkey',
    code: `${IMPORT_TOKENS}\nexport const verifier = ${VERIFIER}`,
  },
  {
    name: 'core by direct functions: verify by the keys of another server',
    subject: 'latchkey',
    code: `import { createTokenVerifier, remoteKeys } from '@latchkey/core'
      export const verifier = createTokenVerifier({ keys: remoteKeys('https://a.example/jwks', { fetch }), ${NAMES} })`,
  },
  {
    name: 'core by direct functions: stored sessions',
    subject: 'latchkey',
    code: `${IMPORT_SESSIONS}\nexport const make = ${SESSIONS}`,
  },
  {
    name: 'core by createAuth: HS256 tokens and stored sessions',
    subject: 'latchkey',
    code: `import { createAuth, storedSessions } from '@latchkey/core'
      export const make = (store: any) => createAuth({ secrets: ${SECRETS}, origin: 'https://a.example', tokens: { ${NAMES} }, sessions: storedSessions(store) })`,
  },
  {
    name: 'core by createAuth: HS256 tokens alone',
    subject: 'latchkey',
    code: `import { createAuth } from '@latchkey/core'
      export const auth = createAuth({ secrets: ${SECRETS}, tokens: { ${NAMES} } })`,
  },
  {
    name: 'core: everything it exports',
    subject: 'latchkey',
    code: `export * from '@latchkey/core'`,
  },
  {
    name: 'client',
    subject: 'latchkey',
    code: `import { createAuthFetch } from '@latchkey/client'
      export const auth = createAuthFetch({ refreshUrl: '/auth/refresh' })`,
  },
  {
    name: 'hono adapter, with its core',
    subject: 'latchkey',
    code: `export { honoAuth } from '@latchkey/hono'\nexport { createAuth } from '@latchkey/core'`,
  },
  { name: 'jose: verify and sign', subject: 'peer', code: `export { jwtVerify, SignJWT } from 'jose'` },
  { name: 'fast-jwt', subject: 'peer', code: `export { createSigner, createVerifier } from 'fast-jwt'` },
  {
    name: 'jsonwebtoken',
    subject: 'peer',
    code: `import jwt from 'jsonwebtoken'\nexport const { sign, verify } = jwt`,
  },
  { name: 'iron-session', subject: 'peer', code: `export { getIronSession } from 'iron-session'` },
  { name: 'express-session', subject: 'peer', code: `export { default } from 'express-session'` },
  { name: 'better-auth', subject: 'peer', code: `export { betterAuth } from 'better-auth'` },
]

/** The group. */
export const sizeGroup: Group = {
  name: 'size',
  about: `Bundled by esbuild for Node, minified, and compressed by gzip; what Node has itself stays outside. *Packages* are the third parties whose code is in the bundle. *By direct functions* is what a program without guards and flows imports, *by createAuth* the whole application: refresh, step-up, revocation, CSRF tokens and ready-made routes are in it, whichever of them is used.`,
  async run({ progress }) {
    const rows: Row[] = []
    const body: string[][] = []
    for (const { name, subject, code, goal } of MEASURED) {
      progress(name)
      const { minified, gzip, packages } = await bundleOf(code)
      const others = packages.filter((used) => !used.startsWith('@latchkey/'))
      const words =
        goal === undefined
          ? null
          : `<= ${goal.gzip / KIB} KiB${goal.without === undefined ? '' : `, without ${goal.without}`}`
      const met =
        goal === undefined ? null : gzip <= goal.gzip && !(goal.without !== undefined && others.includes(goal.without))
      rows.push({
        group: 'size',
        case: name,
        subject,
        ...NO_FIGURES,
        goal: words,
        met,
        value: gzip,
        unit: 'bytes gzip',
      })
      const kib = (bytes: number): string => (bytes / KIB).toFixed(1)
      body.push([
        name,
        kib(gzip),
        kib(minified),
        others.join(', '),
        words ?? '',
        met === null ? '' : met ? 'yes' : 'no',
      ])
    }
    return {
      rows,
      tables: [{ title: 'Bundles', head: ['import', 'KiB gzip', 'KiB minified', 'packages', 'goal', 'met'], body }],
    }
  },
}
