/**
 * Puts the commands of several calls into an order that a test chooses, on a real server.
 *
 * @module
 */

import { setImmediate as nextTurn } from 'node:timers/promises'
import type { NodeRedisClient } from './client.ts'

/** Holds every command back until it is its turn. */
export interface Stage {
  /** A client for one actor. After `commands` of them, if given, the actor's process is dead: nothing is sent or answered any more. */
  as(commands?: number): NodeRedisClient
  /**
   * Lets one waiting command after the other reach the server; the numbers choose which, and the oldest goes when they run
   * out. Waits for `between` after each.
   */
  play(choices?: readonly number[], between?: () => unknown): Promise<void>
}

/** Creates a stage on a client. */
export function createStage(client: NodeRedisClient): Stage {
  const waiting: (() => Promise<void>)[] = []
  return {
    as(commands = Infinity) {
      let sent = 0
      const inTurn = <Reply>(command: () => Promise<Reply>): Promise<Reply> =>
        new Promise((resolve, reject) => {
          waiting.push(async () => {
            sent += 1
            if (sent > commands) return
            await command().then(resolve, reject)
            // The actor goes on in this turn, and in the next its following command waits here.
            await nextTurn()
          })
        })
      return {
        get: (key) => inTurn(() => client.get(key)),
        evalSha: (sha1, options) => inTurn(() => client.evalSha(sha1, options)),
        eval: (script, options) => inTurn(() => client.eval(script, options)),
      }
    },
    async play(choices = [], between) {
      await nextTurn()
      for (let step = 0; waiting.length > 0; step += 1) {
        const [go] = waiting.splice((choices[step] ?? 0) % waiting.length, 1)
        await go?.()
        await between?.()
      }
    },
  }
}
