import { describeSessionStore } from '@latchkey/testing'
import { createHarness, describeServers } from './drivers.fixture.ts'

describeServers('redis', 2, ({ urls, connections }) => {
  describeSessionStore('redis', () => createHarness(urls(), connections()))
})
