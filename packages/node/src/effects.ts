/**
 * Effects on a Node response.
 *
 * @module
 */

import type { ServerResponse } from 'node:http'
import { closedSink, createEffects, type EffectSink } from '@latchkey/core'
import onHeaders from 'on-headers'

/**
 * Opens the sink of a response. It wraps `writeHead` of this one response, synchronously: when the headers go out, by
 * whatever call, the effects are merged into what the handler has set, also by `writeHead` itself, and the sink closes.
 * `write` and `end` stay as they are. Without a response, or when its headers are gone, the sink is closed from the start.
 */
export function openSink(response: ServerResponse | undefined): EffectSink {
  if (response === undefined || response.headersSent) return closedSink
  const effects = createEffects()
  onHeaders(response, () =>
    effects.flush({
      get: (name) => response.getHeader(name)?.toString(),
      set: (name, value) => void response.setHeader(name, value),
      getSetCookie: () => [response.getHeader('set-cookie') ?? []].flat().map(String),
      replaceSetCookie: (lines) => void response.setHeader('set-cookie', lines),
    }),
  )
  return effects
}
