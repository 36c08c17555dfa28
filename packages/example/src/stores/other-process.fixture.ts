/**
 * A program that runs an application for a test, which sends it orders and gets an answer to each.
 *
 * @module
 */

import { createRuntimeOf, openSharedStore, valuesOf } from './shared-store.fixture.ts'
import { createTestApplication } from '@latchkey/testing'

const [server = '', prefix = '', seed = ''] = process.argv.slice(2)
const { store } = await openSharedStore(server, prefix)
const application = createTestApplication(store, createRuntimeOf(Number(seed)))

process.on('message', (message) => {
  const [order, cookie] = message as readonly [order: string, cookie: string]
  answer(order, cookie).catch(() => process.exit(1))
})
process.send?.('ready')

async function answer(order: string, cookie: string): Promise<void> {
  process.send?.(await obey(order, cookie))
}

async function obey(order: string, cookie: string): Promise<unknown> {
  if (order === 'login') return application.logIn('alice')
  if (order === 'cut-off') return application.auth.revokeAllSessions('alice')
  const { session } = await application.visit(cookie)
  if (order === 'look') return session.subject
  if (order === 'logout') return session.destroy()
  for (let round = 1; ; round += 1) {
    await session.update(() => valuesOf(round))
    process.send?.(round)
  }
}
