/**
 * Several processes behind one store, under load.
 *
 * @module
 */

import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { performance } from 'node:perf_hooks'
import { fileURLToPath } from 'node:url'
import { forgeCookie } from '../forgery.ts'
import { startClients, type Clients } from '../http/load.ts'
import { createOurSessions } from '../sessions/ours.ts'
import { median } from '../statistics.ts'
import { SHARED_STORES } from './backends.ts'

/** What so many processes do together. */
export interface ProcessFigures {
  readonly processes: number
  /** Requests a second, of all together: the median of the rounds. */
  readonly perSecond: number
  /** Microseconds of processor time that a process spends on one request, in all its threads. */
  readonly cpu: number
}

/** How much is sent. */
export interface ScaleEffort {
  readonly rounds: number
  /** Requests of a round, to all processes together. */
  readonly requests: number
}

const SERVER = fileURLToPath(new URL('server-process.ts', import.meta.url))
const CONNECTIONS = 16

/**
 * Starts as many processes as the largest number says, and sends requests to so many of them at a time. Each number gets the same
 * connections and requests in all, and the numbers take turns.
 *
 * @param kind One of `SHARED_STORES`.
 * @throws {Error} When a process answers otherwise than it has to: the cookie of a login that another process made is good in all of them, a
 * forged one in none, and after a logout elsewhere it is good in none.
 */
export async function measureProcesses(
  kind: string,
  counts: readonly number[],
  { rounds, requests }: ScaleEffort,
): Promise<readonly ProcessFigures[]> {
  const open = SHARED_STORES[kind]
  if (open === undefined) throw new Error(`There is no store "${kind}"`)
  const prefix = `bench_${process.pid}_scale`
  const shared = await open(prefix)
  const servers: ChildProcess[] = []
  const clients = startClients()
  try {
    const { auth, cookie } = await createOurSessions(shared.store)
    const running: Running[] = []
    for (let index = 0; index < Math.max(...counts); index += 1) {
      const server = fork(SERVER, [kind, prefix], { execArgv: ['-C', '@latchkey/source'] })
      servers.push(server)
      const [port] = (await once(server, 'message')) as [number]
      running.push({ server, port })
    }
    await checkAll(running, clients, cookie, 200)
    await checkAll(running, clients, forgeCookie(cookie), 401)
    // Untimed first: connections are opened, and code is compiled.
    for (const count of counts) await load(running.slice(0, count), clients, cookie, requests)
    const found = new Map(counts.map((count) => [count, [] as Omit<ProcessFigures, 'processes'>[]]))
    for (let round = 0; round < rounds; round += 1) {
      for (const count of round % 2 === 0 ? counts : counts.toReversed()) {
        found.get(count)?.push(await load(running.slice(0, count), clients, cookie, requests))
      }
    }
    await auth.revokeAllSessions('user-1')
    await checkAll(running, clients, cookie, 401)
    return [...found].map(([processes, samples]) => ({
      processes,
      perSecond: median(samples.map(({ perSecond }) => perSecond)),
      cpu: median(samples.map(({ cpu }) => cpu)),
    }))
  } finally {
    await clients.close()
    for (const server of servers) server.disconnect()
    await shared.clear()
    await shared.close()
  }
}

interface Running {
  readonly server: ChildProcess
  readonly port: number
}

async function checkAll(running: readonly Running[], clients: Clients, cookie: string, status: number): Promise<void> {
  for (const { port } of running) {
    const statuses = await clients.send({ ports: [port], headers: { cookie }, count: 1, connections: 1 })
    if (statuses[status] !== 1)
      throw new Error(`A process answers ${JSON.stringify(statuses)} in the place of ${status}`)
  }
}

async function load(
  running: readonly Running[],
  clients: Clients,
  cookie: string,
  count: number,
): Promise<Omit<ProcessFigures, 'processes'>> {
  const before = await cpuOf(running)
  const began = performance.now()
  const ports = running.map(({ port }) => port)
  const statuses = await clients.send({ ports, headers: { cookie }, count, connections: CONNECTIONS })
  const seconds = (performance.now() - began) / 1_000
  if (statuses[200] !== count) throw new Error(`Not every request was let in: ${JSON.stringify(statuses)}`)
  return { perSecond: count / seconds, cpu: ((await cpuOf(running)) - before) / count }
}

async function cpuOf(running: readonly Running[]): Promise<number> {
  let sum = 0
  for (const { server } of running) {
    const answered = once(server, 'message')
    server.send('cpu')
    const [cpu] = (await answered) as [number]
    sum += cpu
  }
  return sum
}
