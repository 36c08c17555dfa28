import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it } from 'vitest'
import { json, NO_CONTENT, type Answer } from './answer.ts'
import { send } from './send.ts'

async function receive(answer: Answer): Promise<Response> {
  const server = createServer((_request, response) => send(response, answer)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  server.close()
  return response
}

describe('send()', () => {
  it('sends the body as JSON, with its length', async () => {
    const response = await receive({ ...json(201, { title: 'é' }), headers: { location: '/1' } })
    expect(response.status).toBe(201)
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'application/json',
      'content-length': '14',
      location: '/1',
    })
    expect(await response.json()).toEqual({ title: 'é' })
  })

  it('sends no body where there is none', async () => {
    const response = await receive(NO_CONTENT)
    expect([response.status, await response.text()]).toEqual([204, ''])
    expect(response.headers.has('content-type')).toBe(false)
  })
})
