/**
 * Decompression with a limit.
 *
 * @module
 */

/**
 * Inflates bytes in the zlib format (RFC 1950), and stops as soon as more comes out than is allowed: a few kilobytes can hold
 * gigabytes of one letter.
 *
 * @returns `too_large` past the limit, `malformed` for bytes that are not of that format. Nothing is thrown.
 */
export async function inflate(
  bytes: Uint8Array<ArrayBuffer>,
  limit: number,
): Promise<Uint8Array<ArrayBuffer> | 'too_large' | 'malformed'> {
  const stream: ReadableStream<Uint8Array> = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate'))
  const reader = stream.getReader()
  const chunks: Uint8Array[] = []
  let length = 0
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return concat(chunks, length)
      length += value.length
      if (length > limit) {
        await reader.cancel()
        return 'too_large'
      }
      chunks.push(value)
    }
  } catch {
    return 'malformed'
  }
}

function concat(chunks: readonly Uint8Array[], length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length)
  let at = 0
  for (const chunk of chunks) {
    bytes.set(chunk, at)
    at += chunk.length
  }
  return bytes
}
