import { deflateSync, gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { inflate } from './inflate.ts'

const bytesOf = (buffer: Buffer) => new Uint8Array(buffer)

describe('inflate()', () => {
  it('inflates up to the limit, to the byte', async () => {
    const bytes = bytesOf(deflateSync(Buffer.alloc(100_000, 'a')))
    expect(await inflate(bytes, 100_000)).toHaveLength(100_000)
    expect(await inflate(bytes, 99_999)).toBe('too_large')
  })

  it('stops at the limit, however much would come', async () => {
    const bomb = bytesOf(deflateSync(Buffer.alloc(50_000_000)))
    expect(bomb.length).toBeLessThan(60_000)
    expect(await inflate(bomb, 1_000)).toBe('too_large')
  })

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['no zlib', Buffer.from('hello')],
    ['another format', gzipSync('hello')],
    ['a part', deflateSync('hello, hello, hello').subarray(0, 8)],
  ])('refuses %s', async (_, buffer) => {
    expect(await inflate(bytesOf(buffer), 1_000)).toBe('malformed')
  })
})
