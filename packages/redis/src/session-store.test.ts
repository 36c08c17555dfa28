import { describeSessionStore } from '@latchkey/testing'
import { afterAll, beforeAll, describe } from 'vitest'
import { createHarness, DRIVERS, type Connection } from './drivers.fixture.ts'
import { describeServices, SERVER_URL, startCluster, type StartedCluster } from './servers.fixture.ts'

describeServices('redis', () => {
  describe.each(DRIVERS)('one server, %s', (_, connect) => {
    let connections: Connection[] = []
    beforeAll(async () => {
      connections = await Promise.all([connect([SERVER_URL]), connect([SERVER_URL])])
    })
    afterAll(() => Promise.all(connections.map((connection) => connection.close())))
    describeSessionStore('redis', () => createHarness([SERVER_URL], connections))
  })

  describe('a cluster of three masters', () => {
    let cluster: StartedCluster | undefined
    beforeAll(async () => {
      cluster = await startCluster()
    }, 60_000)
    afterAll(() => cluster?.close())

    describe.each(DRIVERS)('%s', (_, connect) => {
      let connections: Connection[] = []
      beforeAll(async () => {
        const urls = cluster?.urls ?? []
        connections = await Promise.all([connect(urls), connect(urls)])
      })
      afterAll(() => Promise.all(connections.map((connection) => connection.close())))
      describeSessionStore('redis', () => createHarness(cluster?.urls ?? [], connections))
    })
  })
})
