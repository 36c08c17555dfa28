/**
 * Listening on this machine alone, under both of its addresses.
 *
 * @module
 */

import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'

/** A server that listens. */
export interface Listening {
  /** Takes no more connections, lets requests under way finish for `grace` milliseconds, and then cuts them off. */
  close(grace: number): Promise<void>
}

/** What a machine without IPv6 answers. */
const NO_SUCH_ADDRESS: ReadonlySet<unknown> = new Set(['EADDRNOTAVAIL', 'EAFNOSUPPORT'])

/**
 * Listens on a port of 127.0.0.1 and, where there is IPv6, of ::1: `localhost` means the one here and the other there.
 *
 * @throws {Error} With the system's `code`, such as `EADDRINUSE`.
 */
export async function listen(listener: RequestListener, port: number): Promise<Listening> {
  const servers = [await listenOn(listener, port, '127.0.0.1')]
  try {
    servers.push(await listenOn(listener, port, '::1'))
  } catch (error) {
    if (!NO_SUCH_ADDRESS.has(codeOf(error))) {
      servers[0]?.close()
      throw error
    }
  }
  return {
    async close(grace) {
      const timer = setTimeout(() => {
        for (const server of servers) server.closeAllConnections()
      }, grace)
      await Promise.all(servers.map((server) => once(server.close(), 'close')))
      clearTimeout(timer)
    },
  }
}

/** Reads the code of a system error; undefined where there is none. */
export function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}

async function listenOn(listener: RequestListener, port: number, host: string): Promise<Server> {
  const server = createServer(listener).listen(port, host)
  await once(server, 'listening')
  return server
}
