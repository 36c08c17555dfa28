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
  const stream: ReadableStream<Uint8Array<ArrayBuffer>> = new Blob([bytes])
    .stream()
    .pipeThrough(new DecompressionStream('deflate'))
  const reader = stream.getReader()
  const chunks: Uint8Array<ArrayBuffer>[] = []
  let length = 0
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return new Uint8Array(await new Blob(chunks).arrayBuffer())
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
