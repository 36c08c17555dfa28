/**
 * How the time of an operation grows.
 *
 * @module
 */

import { performance } from 'node:perf_hooks'
import { fitExponent, fitPower, median, type Point } from '../statistics.ts'

/** The times of an operation at several sizes, and the power of the size that fits them. */
export interface Curve {
  readonly operation: string
  /** What there are more and more of. */
  readonly over: string
  /** The size, and microseconds of wall time. */
  readonly points: readonly Point[]
  readonly exponent: number
  /** Twice the standard error of the exponent. */
  readonly error: number
  /** The exponent that a logarithm has over the same sizes. */
  readonly limit: number
  readonly isLogarithmic: boolean
}

/** A logarithm from some hundreds on fits as at most this. */
const LEAST_LIMIT = 0.15
/** However the points stray, what is linear is never taken for a logarithm. */
const MOST_ERROR = 0.2

/** Fits a curve. */
export function fitCurve(operation: string, over: string, points: readonly Point[]): Curve {
  const { exponent, error: standardError } = fitPower(points)
  const limit = Math.max(LEAST_LIMIT, fitExponent(points.map(([size]) => [size, 1 + Math.log(size)])))
  const error = Math.min(2 * standardError, MOST_ERROR)
  return { operation, over, points, exponent, error, limit, isLogarithmic: exponent - error <= limit }
}

/** Collects points of several operations, each under its name. */
export interface CurveBook {
  add(operation: string, size: number, time: number): void
  fit(over: string): readonly Curve[]
}

/** Creates an empty one. */
export function createCurveBook(): CurveBook {
  const points = new Map<string, Point[]>()
  return {
    add(operation, size, time) {
      points.set(operation, [...(points.get(operation) ?? []), [size, time]])
    },
    fit: (over) => [...points].map(([operation, found]) => fitCurve(operation, over, found)),
  }
}

/** The median time of one, in microseconds of wall time; each by itself, one after another. */
export async function timeEach(count: number, task: (index: number) => Promise<unknown>): Promise<number> {
  const times: number[] = []
  for (let index = 0; index < count; index += 1) {
    const begin = performance.now()
    await task(index)
    times.push(performance.now() - begin)
  }
  return median(times) * 1_000
}
