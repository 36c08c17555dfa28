import { describeSessionRaces } from '@latchkey/testing'
import { createPrefix, describeServers, removeAll } from './drivers.fixture.ts'
import { redisSessionStore } from './session-store.ts'

describeServers('races', 3, ({ urls, connections }) => {
  describeSessionRaces('redis', () => {
    const prefix = createPrefix()
    const stores = connections().map(({ client }) => redisSessionStore(client, { prefix }))
    return { stores, close: () => removeAll(urls(), prefix) }
  })
})
