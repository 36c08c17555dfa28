/**
 * Chance that repeats: equal seeds give equal numbers.
 *
 * @module
 */

/** A source of numbers from 0 to 1, 1 excluded. */
export type Random = () => number

/** Creates a source (a 32-bit multiply and xor-shift generator, enough for a simulation and for nothing else). */
export function createRandom(seed: number): Random {
  let state = seed >>> 0
  return () => {
    state = (state + 0x9e37_79b9) >>> 0
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0_aaad)
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a_2d97)
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32
  }
}
