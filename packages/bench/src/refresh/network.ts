/**
 * The way between a client and its server: messages take time, and some answers never arrive.
 *
 * @module
 */

import type { Random } from '../random.ts'
import type { Exchanged, TokenServer } from './policies.ts'
import type { Timeline } from './timeline.ts'

/** Sends an exchange. `lost`: no answer came, and the client has noticed. */
export type SendExchange = (token: string, answered: (answer: Exchanged | 'lost') => void) => void

/** When a client notices that a connection broke. */
const NOTICED = 1_000

/** Creates the way. One direction takes 20 ms and more: 80 in the mean, seldom more than 300. */
export function createNetwork(timeline: Timeline, server: TokenServer, random: Random, lost: number): SendExchange {
  const delay = (): number => 20 - 60 * Math.log(1 - random())
  return (token, answered) => {
    timeline.after(delay(), async () => {
      const answer = await server.exchange(token)
      if (random() < lost) timeline.after(NOTICED, async () => answered('lost'))
      else timeline.after(delay(), async () => answered(answer))
    })
  }
}
