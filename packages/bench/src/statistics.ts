/**
 * The arithmetic of measurements.
 *
 * @module
 */

/** The value in the middle; of an even number of values, the mean of the two. NaN for none. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5)
}

/** The value below which that share of the values lies, interpolated. NaN for none. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other)
  const place = (sorted.length - 1) * share
  const low = sorted[Math.floor(place)] ?? Number.NaN
  const high = sorted[Math.ceil(place)] ?? Number.NaN
  return low + (high - low) * (place - Math.floor(place))
}

/**
 * The median of the ratios of each round. What slows a whole round down, such as another program on the machine, slows both sides
 * and leaves their ratio as it is.
 */
export function medianRatio(values: readonly number[], to: readonly number[]): number {
  return median(values.map((value, round) => value / (to[round] ?? Number.NaN)))
}

/**
 * The exponent `b` of `y = a * x ^ b` that fits best (least squares on logarithms): 0 for what does not grow, 1 for what grows with its
 * input. A logarithm from 10^3 to 10^6 fits as about 0.14.
 */
export function fitExponent(points: readonly Point[]): number {
  return fitPower(points).exponent
}

/** A point of a curve. */
export type Point = readonly [x: number, y: number]

/** The same, and its standard error: 0 where two points leave nothing to judge by. */
export function fitPower(points: readonly Point[]): { readonly exponent: number; readonly error: number } {
  const logs = points.map(([x, y]) => [Math.log(x), Math.log(y)] as const)
  const meanX = logs.reduce((sum, [x]) => sum + x, 0) / logs.length
  const meanY = logs.reduce((sum, [, y]) => sum + y, 0) / logs.length
  const over = logs.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0)
  const under = logs.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0)
  const exponent = over / under
  const residue = logs.reduce((sum, [x, y]) => sum + (y - meanY - exponent * (x - meanX)) ** 2, 0)
  const error = logs.length > 2 ? Math.sqrt(residue / (logs.length - 2) / under) : 0
  return { exponent, error }
}
