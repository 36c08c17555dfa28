/**
 * Real servers for the tests: the one that runs already, and more that are started on loopback.
 *
 * @module
 */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { describe, vi } from 'vitest'

/** The server that runs already. */
export const SERVER_URL: string = process.env['LATCHKEY_REDIS_URL'] ?? 'redis://127.0.0.1:6379'

/** Defines tests that need servers. Without `LATCHKEY_SERVICES=1` they are skipped, and the title says why. */
export function describeServices(name: string, define: () => void): void {
  if (process.env['LATCHKEY_SERVICES'] === '1') describe(name, define)
  else describe.skip(`${name} (needs LATCHKEY_SERVICES=1, a Redis server and "redis-server")`, define)
}

/** A server that a test started. */
export interface StartedServer {
  readonly port: number
  readonly url: string
  /** Kills the process at once, and leaves the data where `start` finds them. */
  kill(): Promise<void>
  /** Starts the process again on the same port and directory. */
  start(): Promise<void>
  /** Stops the process, which keeps its connections and answers nothing. */
  freeze(): void
  /** Lets a frozen process go on. */
  thaw(): void
  /** Kills the process and removes its directory. */
  close(): Promise<void>
}

/** Starts a server on a free port of loopback. Further options are those of `redis-server`. */
export async function startServer(...options: readonly string[]): Promise<StartedServer> {
  const directory = await mkdtemp(join(tmpdir(), 'latchkey-redis-'))
  const port = await findFreePort()
  const url = `redis://127.0.0.1:${port}`
  let child: ReturnType<typeof spawn> | undefined

  async function kill(): Promise<void> {
    if (child === undefined) return
    const exit = once(child, 'exit')
    child.kill('SIGKILL')
    child = undefined
    await exit
  }
  async function start(): Promise<void> {
    const place = ['--port', `${port}`, '--bind', '127.0.0.1', '--dir', directory]
    child = spawn('redis-server', [...place, ...options], { stdio: 'ignore' })
    await once(child, 'spawn')
    await withAdmin(url, (admin) => admin.ping())
  }

  await start()
  return {
    port,
    url,
    kill,
    start,
    freeze: () => void child?.kill('SIGSTOP'),
    thaw: () => void child?.kill('SIGCONT'),
    async close() {
      await kill()
      await rm(directory, { recursive: true, force: true })
    },
  }
}

/** A cluster of three masters that a test started. */
export interface StartedCluster {
  readonly urls: readonly string[]
  close(): Promise<void>
}

const SLOTS = [
  ['0', '5460'],
  ['5461', '10922'],
  ['10923', '16383'],
] as const

/** Starts a cluster of three masters on loopback. */
export async function startCluster(): Promise<StartedCluster> {
  const members = await Promise.all(
    SLOTS.map(async (slots) => {
      const bus = await findFreePort()
      return { slots, bus, node: await startServer('--cluster-enabled', 'yes', '--cluster-port', `${bus}`) }
    }),
  )
  const urls = members.map(({ node }) => node.url)
  for (const { slots, node } of members) {
    await withAdmin(node.url, async (admin) => {
      await admin.call('CLUSTER', 'ADDSLOTSRANGE', ...slots)
      for (const other of members) {
        if (other.node !== node) await admin.call('CLUSTER', 'MEET', '127.0.0.1', `${other.node.port}`, `${other.bus}`)
      }
    })
  }
  for (const url of urls) {
    await withAdmin(url, (admin) =>
      vi.waitFor(
        async () => {
          const info = String(await admin.call('CLUSTER', 'INFO'))
          if (!info.includes('cluster_state:ok') || !info.includes('cluster_known_nodes:3')) throw new Error(info)
        },
        { timeout: 20_000, interval: 50 },
      ),
    )
  }
  return { urls, close: async () => void (await Promise.all(members.map(({ node }) => node.close()))) }
}

/** Runs a task with a connection of its own to one server. */
export async function withAdmin<Result>(url: string, task: (admin: Redis) => Promise<Result>): Promise<Result> {
  const admin = new Redis(url, { retryStrategy: () => 20, maxRetriesPerRequest: null })
  admin.on('error', () => {})
  try {
    return await task(admin)
  } finally {
    admin.disconnect()
  }
}

async function findFreePort(): Promise<number> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
