/**
 * The clients of the HTTP cases, in a thread of their own: keep-alive connections that ask again as soon as they are answered.
 *
 * @module
 */

import { Agent, request } from 'node:http'
import { parentPort } from 'node:worker_threads'

/** What is asked for. */
export interface Load {
  /** Where to; the connections are shared out evenly. */
  readonly ports: readonly number[]
  readonly headers: Readonly<Record<string, string>>
  readonly count: number
  readonly connections: number
}

/** The statuses that came, and how often. */
export type Statuses = Readonly<Record<number, number>>

const agent = new Agent({ keepAlive: true, maxSockets: 256 })

function ask(port: number, headers: Load['headers']): Promise<number> {
  return new Promise((resolve, reject) => {
    request({ port, host: '127.0.0.1', path: '/', agent, headers }, (response) => {
      response.resume()
      response.on('end', () => resolve(response.statusCode ?? 0))
    })
      .on('error', reject)
      .end()
  })
}

async function answer({ ports, headers, count, connections }: Load): Promise<void> {
  const statuses: Record<number, number> = {}
  let left = count
  async function connection(port: number): Promise<void> {
    while (left > 0) {
      left -= 1
      const status = await ask(port, headers)
      statuses[status] = (statuses[status] ?? 0) + 1
    }
  }
  await Promise.all(
    Array.from({ length: Math.min(connections, count) }, (_, index) =>
      connection(ports[index % ports.length] as number),
    ),
  )
  parentPort?.postMessage(statuses, [])
}

parentPort?.on('message', (load: Load) => {
  // A connection that fails ends the thread, and with it the measurement.
  answer(load).catch((error: unknown) => {
    throw error
  })
})
