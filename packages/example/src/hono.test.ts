import { once } from 'node:events'
import { connect } from 'node:net'
import { describe, expect, it } from 'vitest'
import { describeFaults } from './faults.fixture.ts'
import { createHonoListener } from './hono.ts'
import { startTestServer } from './server.fixture.ts'

describe('createHonoListener()', () => {
  describeFaults(createHonoListener)

  it('answers a request that is no Request in JSON as well', async () => {
    const server = await startTestServer('hono')
    const socket = connect(server.port, '127.0.0.1').setEncoding('utf8')
    socket.end('GET /me HTTP/1.1\r\nHost: a b\r\nConnection: close\r\n\r\n')
    const [answer] = (await once(socket, 'data')) as [string]
    expect(answer).toMatch(/^HTTP\/1\.1 400 [^]*\{"error":"invalid_request"\}/)
    await server.close()
  })
})
