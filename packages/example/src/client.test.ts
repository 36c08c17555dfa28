import { createServer, request as httpRequest, type IncomingMessage } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { expect, it } from 'vitest'
import { clientOf, type Client } from './client.ts'

it('takes the address of the socket, whatever a header says', async () => {
  const clients: Client[] = []
  const server = createServer((request: IncomingMessage, response) => {
    clients.push(clientOf(request))
    response.end()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  for (const headers of [{ 'user-agent': 'test', 'x-forwarded-for': '192.0.2.1', forwarded: 'for=192.0.2.1' }, {}]) {
    const [response] = (await once(httpRequest({ port, host: '127.0.0.1', headers }).end(), 'response')) as [
      IncomingMessage,
    ]
    await once(response.resume(), 'end')
  }
  server.closeAllConnections()
  await once(server.close(), 'close')
  expect(clients).toEqual([
    { address: '127.0.0.1', userAgent: 'test' },
    { address: '127.0.0.1', userAgent: undefined },
  ])
})
