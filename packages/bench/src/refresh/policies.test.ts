import { describe, expect, it } from 'vitest'
import { POLICIES, type TokenServer } from './policies.ts'

const START = 1_800_000_000_000

async function begin(name: string): Promise<TokenServer> {
  const policy = POLICIES.find((one) => one.name === name)
  if (policy === undefined) throw new Error(name)
  return policy.begin(START)
}

async function exchange(server: TokenServer, token: string): Promise<string> {
  const exchanged = await server.exchange(token)
  if (exchanged === null) throw new Error('refused')
  return exchanged.token
}

describe.each(POLICIES)('$name', ({ begin: start, source }) => {
  it('exchanges one token after the other, and names its source', async () => {
    const server = await start(START)
    const seen = new Set([server.first])
    let token = server.first
    for (let cycle = 1; cycle <= 5; cycle += 1) {
      server.setClock(START + cycle * 600_000)
      token = await exchange(server, token)
      seen.add(token)
    }
    expect(seen.size).toBe(6)
    expect(server.isEnded()).toBe(false)
    expect(source.length).toBeGreaterThan(20)
  })

  it('ends the session when a token comes back that was exchanged two cycles ago', async () => {
    const server = await start(START)
    server.setClock(START + 600_000)
    const second = await exchange(server, server.first)
    server.setClock(START + 1_200_000)
    await exchange(server, second)
    server.setClock(START + 1_800_000)
    expect(await server.exchange(server.first)).toBeNull()
    expect(server.isEnded()).toBe(true)
  })
})

describe('a second use of a token', () => {
  it.each([
    ['latchkey', 5_000, 'the same'],
    ['latchkey', 30_000, 'another'],
    ['latchkey, strict', 5_000, 'the same'],
    ['latchkey, strict', 30_000, 'refused'],
    ['strict loser', 1, 'refused'],
    ['re-mint in grace', 5_000, 'another'],
    ['re-mint in grace', 30_000, 'refused'],
    ['hash without replay', 5_000, 'the old one'],
    ['hash without replay', 30_000, 'refused'],
  ])('%s, %i ms later: %s', async (name, later, expected) => {
    const server = await begin(name)
    server.setClock(START + 600_000)
    const successor = await exchange(server, server.first)
    server.setClock(START + 600_000 + later)
    const again = await server.exchange(server.first)
    const outcome =
      again === null
        ? 'refused'
        : again.token === successor
          ? 'the same'
          : again.token === server.first
            ? 'the old one'
            : 'another'
    expect(outcome).toBe(expected)
    expect(server.isEnded()).toBe(expected === 'refused')
  })
})
