/**
 * What a bound on hashes at once costs and saves.
 *
 * @module
 */

import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

/** How hashes are computed. */
export interface HashBound {
  readonly name: string
  /** How many at once. */
  readonly concurrency: number
  /** The threads of Node's pool, on which hashes run. */
  readonly threads: number
  /** Whether the C library gives the memory of each hash back at once, and keeps none for the thread's next one. */
  readonly givesBack: boolean
}

/** What a flood did. */
export interface FloodFigures {
  readonly perSecond: number
  /** The memory at its height, above what the process took after a single hash. */
  readonly mebibytes: number
  /** How late the event loop was, in milliseconds: of a hundred turns the second latest. */
  readonly loopDelay: number
}

/** The bounds that are compared. Node's pool has four threads unless told otherwise, so that no more run at once whatever the bound. */
export const BOUNDS: readonly HashBound[] = [
  { name: '1', concurrency: 1, threads: 4, givesBack: false },
  { name: '2', concurrency: 2, threads: 4, givesBack: false },
  { name: '3', concurrency: 3, threads: 4, givesBack: false },
  { name: '64', concurrency: 64, threads: 4, givesBack: false },
  { name: '3, 8 threads', concurrency: 3, threads: 8, givesBack: false },
  { name: '64, 64 threads', concurrency: 64, threads: 64, givesBack: false },
  { name: '1, given back', concurrency: 1, threads: 4, givesBack: true },
  { name: '3, given back', concurrency: 3, threads: 4, givesBack: true },
  { name: '64, given back', concurrency: 64, threads: 4, givesBack: true },
]

const FLOOD = fileURLToPath(new URL('flood.ts', import.meta.url))
const run = promisify(execFile)

/** Floods a process of its own with so many hashes. */
export async function flood({ concurrency, threads, givesBack }: HashBound, count: number): Promise<FloodFigures> {
  const args = ['-C', '@latchkey/source', FLOOD, `${concurrency}`, `${count}`]
  // glibc gives what is larger than this back; by itself it raises the limit above the first block that is freed.
  const allocator = givesBack ? { MALLOC_MMAP_THRESHOLD_: '1000000' } : {}
  const env = { ...process.env, ...allocator, UV_THREADPOOL_SIZE: `${threads}` }
  const { stdout } = await run(process.execPath, args, { env })
  return JSON.parse(stdout) as FloodFigures
}
