/**
 * Tokens that were verified already, so that the same token again costs a comparison instead of a signature.
 *
 * @module
 */

import { copyText } from '../copy-text.ts'
import { ConfigError } from '../faults.ts'
import { readOptions } from '../options.ts'

/** How many verified tokens are remembered. Unknown members are refused. */
export interface TokenCacheOptions {
  /** 2 to 10,000. Default 1,000. */
  readonly maxEntries?: number
  /** The text of all remembered tokens together, in characters: 65,536 to 67,108,864. Default 4,194,304. */
  readonly maxLength?: number
}

/** Verified tokens, and what is known of each. Bounded; the least lately used go first, about half of them at a time. */
export interface VerifiedCache<Entry> {
  /** What is known of exactly this text. Everything about it that may change since is the caller's to judge anew. */
  get(token: string): Entry | undefined
  /** Remembers a token that was verified in full. Never call it for one that was refused. */
  set(token: string, entry: Entry): void
}

/** The bounds of a cache. */
export interface CacheBounds {
  readonly maxEntries: number
  readonly maxLength: number
}

const TAIL = 22

interface Kept<Entry> {
  readonly token: string
  readonly entry: Entry
}

/**
 * Reads the option `cache`.
 *
 * @returns Undefined when it is false.
 * @throws {ConfigError} For `path`, or with the path of a member.
 */
export function readCacheOptions(path: string, value: unknown): CacheBounds | undefined {
  if (value === false) return undefined
  const given = readOptions(path, value === undefined ? {} : value, ['maxEntries', 'maxLength'])
  return Object.freeze({
    maxEntries: readCount(`${path}.maxEntries`, given.maxEntries ?? 1_000, 2, 10_000),
    maxLength: readCount(`${path}.maxLength`, given.maxLength ?? 4_194_304, 65_536, 67_108_864),
  })
}

function readCount(path: string, value: unknown, min: number, max: number): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= min && value <= max) return value
  throw new ConfigError(path, `must be a whole number from ${min} to ${max}`)
}

/**
 * Creates a cache.
 *
 * Entries are found by the end of the signature and compared by the whole text, so neither a forged text under a genuine signature nor
 * another spelling of a token is ever a hit. There are two generations: a full young one becomes the old one, and the old
 * one is dropped; what is used of it moves up before.
 */
export function createVerifiedCache<Entry>({ maxEntries, maxLength }: CacheBounds): VerifiedCache<Entry> {
  const halfEntries = maxEntries >> 1
  const halfLength = maxLength >> 1
  let young = new Map<string, Kept<Entry>>()
  let old = young
  let length = 0

  function keep(tail: string, kept: Kept<Entry>): void {
    const added = kept.token.length
    if (young.size >= halfEntries || length + added > halfLength) {
      old = young
      young = new Map()
      length = 0
    }
    young.set(tail, kept)
    length += added
  }

  return Object.freeze<VerifiedCache<Entry>>({
    get(token) {
      const tail = tailOf(token)
      const recent = young.get(tail)
      const kept = recent ?? old.get(tail)
      if (kept?.token !== token) return undefined
      // By its own text: the tail of this one holds on to the request that it is a part of.
      if (recent === undefined) keep(tailOf(kept.token), kept)
      return kept.entry
    },
    set(token, entry) {
      const copy = copyText(token)
      keep(tailOf(copy), { token: copy, entry })
    },
  })
}

/**
 * A short text by which to find a token that is then compared as a whole: the end of its signature, 132 bits of it. Maps hash every character of
 * their keys, and a signature may be longer than the rest of its token.
 */
export function tailOf(token: string): string {
  return token.slice(-TAIL)
}
