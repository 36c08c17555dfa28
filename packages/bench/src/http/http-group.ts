/**
 * Whole requests over sockets.
 *
 * @module
 */

import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import type { Group } from '../group.ts'
import { measureCase, type CaseFigures, type Effort, type Subject } from '../measuring.ts'
import { reportCases, type CaseGoal } from '../report.ts'
import { createOurAuth, materialOf } from '../tokens/verifiers.ts'
import {
  bearer,
  expressApplications,
  honoApplications,
  nodeApplications,
  type Application,
  type Credential,
  type Ground,
} from './applications.ts'
import { expressCookieApplications, nodeCookieApplications, nodeSealedApplications } from './cookie-applications.ts'
import { startClients, type Clients } from './load.ts'

const SECRET = 'a secret of forty characters, for benches'
const CONNECTIONS = 16
const ADAPTER_GOAL: CaseGoal = { words: '<= 2 us more than bare, <= 1/0.95x bare', added: 2, floor: 1 / 0.95 }

/** The group. */
export const httpGroup: Group = {
  name: 'http',
  about: `A guarded route behind each framework on the loopback interface, with an HS256 bearer token that was seen before, from ${CONNECTIONS} keep-alive connections of another thread. The times are those of the server's thread. The floor is the framework without a guard. Each case also sends a forged credential, and none, and expects 401. Peers have no cache of tokens, but for fast-jwt's.

A *cookie session* of ours is in memory, and a *sealed session* of ours was seen before. With either the route answers when the session has its value; the bare framework looks at no cookie.`,
  async run({ effort, progress }) {
    const material = materialOf('HS256', { kty: 'oct', k: Buffer.from(SECRET).toString('base64url') })
    const auth = await createOurAuth(material, true)
    const ground: Ground = { auth, material, secret: SECRET }
    const token = await auth.issueAccessToken('user-0', { scopes: ['notes:read'] })
    const clients = startClients()
    try {
      const cases = []
      for (const [name, applications] of [
        ['node:http', nodeApplications(ground)],
        ['Express', expressApplications(ground)],
        ['Hono', honoApplications(ground)],
      ] as const) {
        progress(name)
        const figures = await measureApplications(`${name}, bearer token`, applications, bearer(token), clients, effort)
        cases.push({ figures, goal: ADAPTER_GOAL })
      }
      for (const [name, applications] of [
        ['node:http, cookie session', await nodeCookieApplications()],
        ['node:http, sealed session', await nodeSealedApplications()],
        ['Express, cookie session', await expressCookieApplications()],
      ] as const) {
        progress(name)
        const figures = await measureApplications(name, applications, bearer(token), clients, effort)
        cases.push({ figures })
      }
      return reportCases('http', 'Requests over sockets', cases)
    } finally {
      await clients.close()
    }
  },
}

async function measureApplications(
  name: string,
  applications: readonly Application[],
  usual: Credential,
  clients: Clients,
  effort: Effort,
): Promise<CaseFigures> {
  const running = await Promise.all(
    applications.map(async (application) => {
      const server = await application.start()
      server.listen(0, '127.0.0.1')
      await once(server, 'listening')
      return { application, server, port: (server.address() as AddressInfo).port }
    }),
  )
  try {
    const subjects = running.map(({ application, port }) => toSubject(application, port, usual, clients))
    return await measureCase({ name, subjects, inFlight: CONNECTIONS }, effort)
  } finally {
    for (const { server } of running) {
      server.closeAllConnections()
      server.close()
    }
  }
}

function toSubject(application: Application, port: number, usual: Credential, clients: Clients): Subject {
  const { name, role, isGuarded, credential = usual } = application
  const { header, good, forged } = credential
  const ask = async (headers: Readonly<Record<string, string>>, count: number, status: number): Promise<void> => {
    const statuses = await clients.send({ ports: [port], headers, count, connections: CONNECTIONS })
    if (statuses[status] !== count)
      throw new Error(`${name} answers ${JSON.stringify(statuses)} in the place of ${status}`)
  }
  return {
    name,
    role,
    run: () => {},
    runMany: (count) => ask({ [header]: good }, count, 200),
    async check() {
      await ask({ [header]: good }, 1, 200)
      if (!isGuarded) return
      await ask({ [header]: forged }, 1, 401)
      await ask({}, 1, 401)
    },
  }
}
