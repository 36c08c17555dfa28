/**
 * One of several processes behind one store: a guarded route on `node:http`, as `processes.ts` starts it. Takes the kind of the store and
 * the prefix; tells its port, and then, whenever it is asked, the processor time that it has used, in microseconds.
 *
 * @module
 */

import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createAuth, storedSessions } from '@latchkey/core'
import { nodeAuth } from '@latchkey/node'
import { TEST_SECRETS } from '@latchkey/testing'
import { SHARED_STORES } from './backends.ts'

const [kind = '', prefix = ''] = process.argv.slice(2)
const open = SHARED_STORES[kind]
if (open === undefined) throw new Error(`There is no store "${kind}"`)
const { store } = await open(prefix)
const sessions = storedSessions<{ name: string }>(store)
const { listener, requireAuth, authOf } = nodeAuth(
  createAuth({ origin: 'https://app.test', secrets: TEST_SECRETS, sessions }),
)
const guarded = requireAuth()(async (request, response) => {
  const values = await authOf(request).session()
  response.setHeader('content-type', 'application/json')
  response.end(JSON.stringify({ name: values.get('name') }))
})
const server = createServer(listener(guarded)).listen(0, '127.0.0.1')
await once(server, 'listening')
process.send?.((server.address() as AddressInfo).port)
process.on('message', () => {
  const { user, system } = process.cpuUsage()
  process.send?.(user + system)
})
process.on('disconnect', () => process.exit(0))
