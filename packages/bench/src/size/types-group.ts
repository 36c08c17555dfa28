/**
 * What using us costs the compiler of TypeScript.
 *
 * @module
 */

import type { Group } from '../group.ts'
import { NO_FIGURES, figure, type Row } from '../report.ts'
import { countInstantiations } from './instantiations.ts'

const MAX_INSTANTIATIONS = 2_000

const APPLICATIONS: readonly { readonly subject: 'latchkey' | 'peer'; readonly name: string; readonly code: string }[] =
  [
    {
      subject: 'latchkey',
      name: 'a typical application on node:http',
      code: `import { createServer } from 'node:http'
      import { createAuth, createMemorySessionStore, storedSessions } from '@latchkey/core'
      import { nodeAuth } from '@latchkey/node'
      interface Data { cart: { id: number; count: number }[]; theme: 'dark' | 'light' }
      const users = new Map([['7', { id: '7', name: 'Ada' }]])
      const auth = createAuth({
        origin: 'https://app.example.com',
        secrets: { 1: process.env['AUTH_SECRET'] ?? '' },
        tokens: { issuer: 'https://api.example.com', audience: 'api' },
        sessions: storedSessions<Data>(createMemorySessionStore()),
        users: { findById: (id) => users.get(id) },
      })
      export async function show(context: ReturnType<typeof auth.open>): Promise<string> {
        const session = await context.session()
        await session.update((values) => ({ cart: [...(values.cart ?? []), { id: 1, count: 1 }] }))
        const user = await context.user()
        return \`\${user?.name} \${session.get('theme')}\`
      }
      export const adapter = nodeAuth(auth)
      export const server = createServer()`,
    },
    {
      subject: 'peer',
      name: 'better-auth: an instance and its session',
      code: `import { betterAuth } from 'better-auth'
      export const auth = betterAuth({ emailAndPassword: { enabled: true } })
      export async function show(headers: Headers): Promise<string | undefined> {
        return (await auth.api.getSession({ headers }))?.user.name
      }`,
    },
    {
      subject: 'peer',
      name: 'jose: sign and verify',
      code: `import { jwtVerify, SignJWT } from 'jose'
      export const sign = (key: Uint8Array): Promise<string> => new SignJWT({ sub: '7' }).setProtectedHeader({ alg: 'HS256' }).sign(key)
      export const verify = async (token: string, key: Uint8Array): Promise<string | undefined> => (await jwtVerify(token, key)).payload.sub`,
    },
  ]

/** The group. */
export const typesGroup: Group = {
  name: 'types',
  about: `Instantiations of types that TypeScript counts when it checks a small application, less those of one that imports nothing of it (\`tsc --extendedDiagnostics\`). Ours is read by its declarations, as an application has it, like the others.`,
  async run({ progress }) {
    const rows: Row[] = []
    const body: string[][] = []
    for (const { subject, name, code } of APPLICATIONS) {
      progress(name)
      const value = await countInstantiations(code)
      const isOurs = subject === 'latchkey'
      const goal = isOurs ? `<= ${MAX_INSTANTIATIONS}` : null
      const met = isOurs ? value <= MAX_INSTANTIATIONS : null
      rows.push({
        group: 'types',
        case: name,
        subject,
        ...NO_FIGURES,
        goal,
        met,
        value,
        unit: 'instantiations',
      })
      body.push([name, figure(value), goal ?? '', met === null ? '' : met ? 'yes' : 'no'])
    }
    return {
      rows,
      tables: [{ title: 'Instantiations of types', head: ['application', 'instantiations', 'goal', 'met'], body }],
    }
  },
}
