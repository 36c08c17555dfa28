/**
 * Redis and Valkey.
 *
 * @module
 */

import { storedSessions } from '@latchkey/core'
import { redisRevocationStore, redisSessionStore, redisTokenStore } from '@latchkey/redis'
import { RateLimiterRedis } from 'rate-limiter-flexible'
import { createClient } from 'redis'
import type { AppStores, StorePlace } from '../stores.ts'

const LONGEST_PAUSE = 2_000

/** Connects to a server, whose address is a `redis:` URL. A connection that is lost later is made anew, and until then every call fails at once. */
export async function openRedisStores({ url = '', prefix = 'latchkey:', onError }: StorePlace): Promise<AppStores> {
  let isOpen = false
  const client = createClient({
    url,
    // A call that waits for a lost connection would be answered long after its client has given up.
    disableOfflineQueue: true,
    pingInterval: 2_000,
    socket: {
      connectTimeout: 2_000,
      socketTimeout: 5_000,
      reconnectStrategy: (retries) => isOpen && Math.min(50 * 2 ** retries, LONGEST_PAUSE),
    },
  })
  client.on('error', (error) => {
    if (isOpen) onError(error)
  })
  await client.connect()
  isOpen = true
  return {
    sessions: storedSessions(redisSessionStore(client, { prefix })),
    revocations: redisRevocationStore(client, { prefix }),
    tokens: redisTokenStore(client, { prefix }),
    createCounter: (options) =>
      new RateLimiterRedis({
        storeClient: client,
        useRedisPackage: true,
        ...options,
        keyPrefix: prefix + options.keyPrefix,
      }),
    keepsSessions: true,
    async close() {
      isOpen = false
      client.destroy()
    },
  }
}
