/**
 * Who sends a request, as far as the server can see.
 *
 * @module
 */

import type { IncomingMessage } from 'node:http'

/** The sender of a request. */
export interface Client {
  /**
   * The address of the socket, under which guesses of passwords are counted. Behind a proxy all clients have the proxy's: an application
   * takes the one hop of the forwarding header that its own proxy writes, and never the header as it was sent.
   */
  readonly address: string | undefined
  /** The header, for the list of devices. Untrusted. */
  readonly userAgent: string | undefined
}

/** Describes the client of a request of `node:http`, on which Express stands too. */
export function clientOf({ socket, headers }: IncomingMessage): Client {
  return { address: socket.remoteAddress, userAgent: headers['user-agent'] }
}
