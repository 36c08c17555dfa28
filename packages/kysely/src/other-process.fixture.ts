/**
 * A program that runs an application for a test, which sends it orders and gets an answer to each.
 *
 * @module
 */

import { Kysely } from 'kysely'
import { createApplication, valuesOf } from './application.fixture.ts'
import { mariadbDialect, postgresDialect } from './databases.fixture.ts'
import { kyselySessionStore } from './session-store.ts'

const [server, tablePrefix = ''] = process.argv.slice(2)
const db = new Kysely<unknown>({ dialect: server === 'MariaDB' ? mariadbDialect() : postgresDialect() })
const application = createApplication(kyselySessionStore(db, { tablePrefix }))

process.on('message', (message) => {
  const [order, cookie] = message as readonly [order: string, cookie: string]
  answer(order, cookie).catch(() => process.exit(1))
})
process.send?.('ready')

async function answer(order: string, cookie: string): Promise<void> {
  process.send?.(await obey(order, cookie))
}

async function obey(order: string, cookie: string): Promise<unknown> {
  if (order === 'login') return application.logIn()
  if (order === 'look') return (await application.arrive(cookie)).subject
  if (order === 'logout') return application.logOut(cookie).then(() => 'done')
  if (order === 'cut-off') return application.cutOff().then(() => 'done')
  const session = await application.arrive(cookie)
  for (let round = 1; ; round += 1) {
    await session.update(() => valuesOf(round))
    process.send?.(round)
  }
}
