import { Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { isStream, readText } from './body-text.ts'

const streamOf = (...chunks: readonly (string | Uint8Array)[]): Readable =>
  Readable.from(chunks.map((chunk) => Buffer.from(chunk)))

describe('readText()', () => {
  it('reads what was sent in pieces, cut anywhere', async () => {
    const bytes = Buffer.from('token=\u00fc')
    expect(await readText(streamOf(bytes.subarray(0, 7), bytes.subarray(7)))).toBe('token=\u00fc')
    expect(await readText(streamOf())).toBe('')
  })

  it('reads a body of exactly the limit, and none that is larger, but to its end', async () => {
    expect(await readText(streamOf('x'.repeat(65_536)))).toHaveLength(65_536)
    const large = streamOf('x'.repeat(65_536), 'x', 'x'.repeat(65_536))
    expect(await readText(large)).toBeUndefined()
    expect(large.readableEnded).toBe(true)
  })

  it('reads nothing that is no UTF-8 or no bytes', async () => {
    expect(await readText(streamOf(Uint8Array.of(0xff)))).toBeUndefined()
    expect(await readText(Readable.from(['text', 7]))).toBeUndefined()
  })

  it('rejects when the request is cut off', async () => {
    const cut = streamOf('x')
    cut.destroy(new Error('cut off'))
    await expect(readText(cut)).rejects.toThrow('cut off')
  })
})

describe('isStream()', () => {
  it('tells streams from values', () => {
    expect([streamOf(), 'text', {}, null, undefined, []].map(isStream)).toEqual([
      true,
      false,
      false,
      false,
      false,
      false,
    ])
  })
})
