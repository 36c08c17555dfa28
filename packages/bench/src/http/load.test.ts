import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, it } from 'vitest'
import { startClients } from './load.ts'

it('so many requests are sent, and their statuses counted', async () => {
  let count = 0
  const server = createServer((request, response) => {
    count += 1
    response.writeHead(request.headers.authorization === 'Bearer good' ? 200 : 401).end('{}')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const clients = startClients()
  const load = { ports: [port], connections: 4, count: 25 }
  expect(await clients.send({ ...load, headers: { authorization: 'Bearer good' } })).toEqual({ 200: 25 })
  expect(await clients.send({ ...load, headers: {}, count: 3 })).toEqual({ 401: 3 })
  expect(count).toBe(28)
  await clients.close()
  server.closeAllConnections()
  server.close()
})
