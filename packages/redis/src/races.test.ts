import { describeSessionRaces } from '@latchkey/testing'
import { afterAll, beforeAll, describe } from 'vitest'
import { createPrefix, DRIVERS, removeAll, type Connect, type Connection } from './drivers.fixture.ts'
import { describeServices, SERVER_URL, startCluster, type StartedCluster } from './servers.fixture.ts'
import { redisSessionStore } from './session-store.ts'

describeServices('races', () => {
  describe.each(DRIVERS)('on one server, with %s', (_, connect) => {
    defineRaces(connect, () => [SERVER_URL])
  })

  describe('on a cluster', () => {
    let cluster: StartedCluster | undefined
    beforeAll(async () => {
      cluster = await startCluster()
    }, 60_000)
    afterAll(() => cluster?.close())
    describe.each(DRIVERS)('with %s', (_, connect) => {
      defineRaces(connect, () => cluster?.urls ?? [])
    })
  })
})

function defineRaces(connect: Connect, urls: () => readonly string[]): void {
  let connections: readonly Connection[] = []
  beforeAll(async () => {
    connections = await Promise.all([connect(urls()), connect(urls()), connect(urls())])
  })
  afterAll(async () => void (await Promise.all(connections.map((connection) => connection.close()))))

  describeSessionRaces('redis', () => {
    const prefix = createPrefix()
    const stores = connections.map(({ client }) => redisSessionStore(client, { prefix }))
    return { stores, close: () => removeAll(urls(), prefix) }
  })
}
