/**
 * A flood of password hashes in a process of its own, so that the memory which it takes is the flood's alone: what `hash-bound.ts` starts.
 * Takes the number at once and the number in all; prints one line of JSON.
 *
 * @module
 */

import { monitorEventLoopDelay, performance } from 'node:perf_hooks'
import { createPasswordHasher } from '@latchkey/password'

const [concurrency = 1, count = 1] = process.argv.slice(2).map(Number)
const hasher = createPasswordHasher({ concurrency, queue: 10_000 })
// The first hash loads native code, which is no part of the flood.
await hasher.hash('a password of the flood')
const before = process.resourceUsage().maxRSS
const delay = monitorEventLoopDelay({ resolution: 1 })
delay.enable()
const began = performance.now()
await Promise.all(Array.from({ length: count }, (_, index) => hasher.hash(`a password of the flood ${index}`)))
const seconds = (performance.now() - began) / 1_000
delay.disable()
const mebibytes = (process.resourceUsage().maxRSS - before) / 1_024
console.log(JSON.stringify({ perSecond: count / seconds, mebibytes, loopDelay: delay.percentile(99) / 1e6 }))
