/**
 * Effects on a Node response.
 *
 * @module
 */

import type { ServerResponse } from 'node:http'
import { closedSink, createEffects, type EffectSink } from '@latchkey/core'

type Field = readonly [name: string, value: string | readonly string[]]

/**
 * Opens the sink of a response. It wraps `writeHead` of this one response, synchronously: when the headers go out, by
 * whatever call, the effects are merged into what the handler has set, also by `writeHead` itself, and the sink closes.
 * `write` and `end` stay as they are. Without a response, or when its headers are gone, the sink is closed from the start.
 */
export function openSink(response: ServerResponse | undefined): EffectSink {
  if (response === undefined || response.headersSent) return closedSink
  const effects = createEffects()
  const writeHead = response.writeHead.bind(response) as (...args: readonly unknown[]) => ServerResponse
  response.writeHead = (...args: readonly unknown[]) => {
    // Node itself refuses a second head.
    if (response.headersSent) return writeHead(...args)
    const fields = toFields(effects.pending && args.find((argument) => Object(argument) === argument))
    for (const [name] of fields) response.removeHeader(name)
    for (const [name, value] of fields) response.appendHeader(name, value)
    effects.flush({
      get: (name) => response.getHeader(name)?.toString(),
      set: (name, value) => void response.setHeader(name, value),
      getSetCookie: () => [response.getHeader('set-cookie') ?? []].flat().map(String),
      replaceSetCookie: (lines) => void response.setHeader('set-cookie', lines),
    })
    return writeHead(...(fields.length > 0 ? args.filter((argument) => Object(argument) !== argument) : args))
  }
  return effects
}

/** The fields given to `writeHead`, if any: an object, or a list of names and values, flat or in pairs, where names may repeat. */
function toFields(given: unknown = {}): readonly Field[] {
  if (!Array.isArray(given)) return Object.entries(given as object)
  if (Array.isArray(given[0])) return given as readonly Field[]
  return (given as readonly string[]).flatMap((name, index) =>
    index % 2 === 0 ? [[name, given[index + 1] as string]] : [],
  )
}
