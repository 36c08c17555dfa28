/**
 * `npm start`: reads the settings, opens the database, listens until it is told to stop.
 *
 * @module
 */

import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { systemRuntime } from '@latchkey/core'
import { createApp } from './app.ts'
import { openDatabase } from './database.ts'
import { describeRequests } from './guide.ts'
import { codeOf, listen, type Listening } from './listen.ts'
import { createLog, logError } from './log.ts'
import { readSecret } from './secret.ts'
import { readSigningKey } from './signing-key.ts'
import { openStores } from './open-stores.ts'
import { createOutbox } from './outbox.ts'
import { parseSettings, type Settings } from './settings.ts'
import type { AppStores } from './stores.ts'

const SWEEP_EVERY = 3_600_000
const STOP_GRACE = 5_000

async function start({ adapter, port, origin, folder, store, storeUrl }: Settings): Promise<void> {
  // What is made from here on, the database with its write-ahead log included, is for the owner's eyes alone.
  process.umask(0o077)
  const log = createLog(console.log, systemRuntime.now)
  await mkdir(folder, { recursive: true })
  const secret = await readSecret(join(folder, 'secret'))
  const keys = await readSigningKey(join(folder, 'signing-key.json'))
  const db = await openDatabase(join(folder, 'example.sqlite'))
  let stores: AppStores
  try {
    stores = await openStores(store, { db, url: storeUrl, onError: (error) => logError(log, error) })
  } catch (error) {
    await db.destroy()
    return fail(1, `The store ${store} cannot be used: ${describeFailure(error)}`)
  }
  const outbox = join(folder, 'outbox')
  const sendMail = createOutbox(outbox, systemRuntime.now)
  const { listener, sweep } = createApp({ adapter, db, stores, origin, secret, keys, log, sendMail })

  async function close(): Promise<void> {
    await stores.close()
    await db.destroy()
  }

  let listening: Listening
  try {
    listening = await listen(listener, port)
  } catch (error) {
    await close()
    if (codeOf(error) !== 'EADDRINUSE') throw error
    return fail(1, `Port ${port} is taken: stop what listens there, or choose another one with PORT=3001 npm start`)
  }

  const url = `http://localhost:${port}`
  console.log(
    `Latchkey's example listens on ${url} (adapter: ${adapter}; store: ${store}; data: ${folder}). Stop it with Ctrl+C. To try:`,
  )
  console.log(
    describeRequests({ url, origin, jar: join(folder, 'cookies'), outbox, keepsSessions: stores.keepsSessions }),
  )

  // Dead sessions are dead whether or not they are swept; this only keeps the file small.
  const sweeping = setInterval(() => {
    sweep().catch((error: unknown) => logError(log, error))
  }, SWEEP_EVERY).unref()

  async function stop(): Promise<void> {
    clearInterval(sweeping)
    await listening.close(STOP_GRACE)
    await close()
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    // Once: a second Ctrl+C ends the process at once.
    process.once(signal, () => {
      stop().catch((error: unknown) => fail(1, String(error)))
    })
  }
}

/** What a driver says, in one line: some give several errors in one, or a code alone. */
function describeFailure(error: unknown): string {
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error
  const text = first instanceof Error ? first.message || String(codeOf(first)) : String(first)
  return text.split('\n', 1)[0] ?? ''
}

function fail(exitCode: number, line: string): void {
  console.error(line)
  process.exitCode = exitCode
}

const parsed = parseSettings(process.argv.slice(2), process.env)
if (parsed.ok) {
  await start(parsed.settings).catch((error: unknown) => {
    // The system's own refusals (no such folder, no permission) say what is wrong; anything else is a defect.
    if (error instanceof Error && codeOf(error) !== undefined) fail(1, error.message)
    else throw error
  })
} else {
  fail(2, parsed.problem)
}
