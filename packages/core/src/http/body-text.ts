/**
 * A body as text, from the pieces in which it arrives.
 *
 * @module
 */

/** The most of a body that is kept, in bytes. No request that the library reads itself needs a tenth of it. */
const MAX_SIZE = 65_536

/** Tells whether a value gives a body piece by piece, as Node's requests do. */
export function isStream(body: unknown): body is AsyncIterable<unknown> {
  return typeof body === 'object' && body !== null && Symbol.asyncIterator in body
}

/**
 * Reads a body. What is over 65,536 bytes is read on and thrown away: a client that is cut off while it sends may never see the
 * answer.
 *
 * @returns Undefined for a body that is too large, is no UTF-8, or comes in pieces that are no bytes.
 */
export async function readText(body: AsyncIterable<unknown>): Promise<string | undefined> {
  const bytes = new Uint8Array(MAX_SIZE)
  let size = 0
  for await (const chunk of body) {
    const length = chunk instanceof Uint8Array ? chunk.length : Infinity
    if (size + length <= MAX_SIZE) bytes.set(chunk as Uint8Array, size)
    size += length
  }
  if (size > MAX_SIZE) return undefined
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(0, size))
  } catch {
    return undefined
  }
}
