import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import { get } from 'node:http'
import type { AddressInfo } from 'node:net'
import { networkInterfaces } from 'node:os'
import { describe, expect, it } from 'vitest'
import { listen } from './listen.ts'

const hasIpv6 = Object.values(networkInterfaces()).some((each) => each?.some(({ address }) => address === '::1'))

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  await once(server.close(), 'close')
  return port
}

describe('listen()', () => {
  it('answers under localhost, and stops when it is closed', async () => {
    const port = await freePort()
    const listening = await listen((_request, response) => response.end('here'), port)
    const [response] = (await once(get(`http://localhost:${port}`), 'response')) as [IncomingMessage]
    expect(response.statusCode).toBe(200)
    response.resume()
    await listening.close(1_000)
    await expect(once(get(`http://127.0.0.1:${port}`), 'response')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  })

  it.skipIf(!hasIpv6)('answers under both addresses of localhost (needs IPv6)', async () => {
    const port = await freePort()
    const listening = await listen((_request, response) => response.end('here'), port)
    for (const host of ['127.0.0.1', '[::1]']) expect((await fetch(`http://${host}:${port}`)).status).toBe(200)
    await listening.close(0)
  })

  it('cuts off what is not finished within the grace', async () => {
    const port = await freePort()
    const listening = await listen(() => {}, port)
    const request = get(`http://127.0.0.1:${port}`)
    const failed = once(request, 'response')
    await once(request, 'finish')
    const [outcome] = await Promise.allSettled([failed, listening.close(50)])
    expect(outcome.status).toBe('rejected')
  })

  it('tells that the port is taken', async () => {
    const port = await freePort()
    const listening = await listen(() => {}, port)
    await expect(listen(() => {}, port)).rejects.toMatchObject({ code: 'EADDRINUSE' })
    await listening.close(0)
  })
})
