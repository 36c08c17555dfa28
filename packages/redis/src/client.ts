/**
 * The few calls that the store makes, on whichever driver it is given.
 *
 * @module
 */

import { createHash } from 'node:crypto'
import { ConfigError } from '@latchkey/core'

/** What the store asks of node-redis: a client, a client pool, a Sentinel client or a cluster. */
export interface NodeRedisClient {
  /** `GET`. */
  get(key: string): Promise<string | null>
  /** `EVALSHA`. */
  evalSha(sha1: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>
  /** `EVAL`. */
  eval(script: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>
  /** False while there is no connection. */
  readonly isReady?: boolean
  /** The same client for one command that may be given up before it is sent. */
  withAbortSignal?(signal: AbortSignal): Pick<NodeRedisClient, 'get' | 'evalSha' | 'eval'>
}

/** What the store asks of ioredis: a `Redis` or a `Cluster`. */
export interface IoredisClient {
  /** `GET`. */
  get(key: string): Promise<string | null>
  /** `EVALSHA`. */
  evalsha(sha1: string, keyCount: number, ...keysAndArguments: string[]): Promise<unknown>
  /** `EVAL`. */
  eval(script: string, keyCount: number, ...keysAndArguments: string[]): Promise<unknown>
  /** Where the connection stands, such as `ready`. */
  readonly status: string
}

/** A client of either driver. It must give replies as text, which is the default of both. */
export type RedisClient = NodeRedisClient | IoredisClient

/** A Lua script. All of them answer with text or lists of text, so that no option of a driver changes an answer. */
export interface Script {
  readonly source: string
  readonly sha1: string
}

/** The calls of one client. Each fails with the driver's own error, or when the client is known to be disconnected; that may be a throw. */
export interface Commands {
  /** Reads one key. */
  get(key: string, signal?: AbortSignal): Promise<string | null>
  /** Runs a script. Its keys must share a slot. A server that does not know the script is sent it. */
  run(script: Script, keys: readonly string[], args: readonly string[], signal?: AbortSignal): Promise<unknown>
}

/** Creates a script from its source. */
export function createScript(source: string): Script {
  return { source, sha1: createHash('sha1').update(source).digest('hex') }
}

/**
 * Creates the calls for a client.
 *
 * @throws {ConfigError} When it is a client of neither driver.
 */
export function createCommands(client: RedisClient): Commands {
  if (typeof client === 'object' && client !== null) {
    if ('evalSha' in client) return createNodeRedisCommands(client)
    if ('evalsha' in client) return createIoredisCommands(client)
  }
  throw new ConfigError('client', 'must be a client of node-redis or ioredis')
}

function createNodeRedisCommands(client: NodeRedisClient): Commands {
  function connected(signal: AbortSignal | undefined): Pick<NodeRedisClient, 'get' | 'evalSha' | 'eval'> {
    if (client.isReady === false) throw disconnected()
    return signal === undefined || client.withAbortSignal === undefined ? client : client.withAbortSignal(signal)
  }
  return {
    get: (key, signal) => connected(signal).get(key),
    async run({ sha1, source }, keys, args, signal) {
      const options = { keys: [...keys], arguments: [...args] }
      try {
        return await connected(signal).evalSha(sha1, options)
      } catch (error) {
        if (!isUnknownScript(error)) throw error
        return connected(signal).eval(source, options)
      }
    },
  }
}

/** In these states ioredis has lost its server, and keeps commands until it finds it again. */
const IOREDIS_LOST: ReadonlySet<string> = new Set(['reconnecting', 'close', 'end', 'disconnecting'])

function createIoredisCommands(client: IoredisClient): Commands {
  async function send<Reply>(command: () => Promise<Reply>): Promise<Reply> {
    if (IOREDIS_LOST.has(client.status)) throw disconnected()
    try {
      return await command()
    } catch (error) {
      throw withoutArguments(error)
    }
  }
  return {
    get: (key) => send(() => client.get(key)),
    async run({ sha1, source }, keys, args) {
      try {
        return await send(() => client.evalsha(sha1, keys.length, ...keys, ...args))
      } catch (error) {
        if (!isUnknownScript(error)) throw error
        return send(() => client.eval(source, keys.length, ...keys, ...args))
      }
    },
  }
}

function disconnected(): Error {
  return new Error('The Redis client is not connected')
}

function isUnknownScript(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('NOSCRIPT')
}

/** An error of ioredis carries the arguments of its command: here, a whole record. They would end in a log. */
function withoutArguments(error: unknown): unknown {
  if (error instanceof Error && 'command' in error) delete error.command
  return error
}
