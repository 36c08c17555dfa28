/**
 * Text that is to be kept.
 *
 * @module
 */

const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** Copies text: a part of a text holds on to the whole of it, which may be a request. Lone surrogates are replaced. */
export function copyText(text: string): string {
  return decoder.decode(encoder.encode(text))
}
