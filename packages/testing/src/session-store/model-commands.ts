/**
 * The calls that the model test makes.
 *
 * @module
 */

import * as fc from 'fast-check'

/** One call, or one move of the clock. Ids are slots, times are milliseconds from now. */
export type Command =
  | { readonly type: 'clock'; readonly by: number }
  | {
      readonly type: 'create'
      readonly slot: number
      readonly subject: string | null
      readonly idle: number
      readonly absolute: number
      readonly stale: number
    }
  | {
      readonly type: 'update'
      readonly slot: number
      readonly behind: number
      readonly idle: number | undefined
      readonly value: number
    }
  | { readonly type: 'touch'; readonly slot: number; readonly seen: number; readonly idle: number }
  | { readonly type: 'destroy'; readonly slot: number }
  | { readonly type: 'list'; readonly subject: string }
  | { readonly type: 'cutOff'; readonly subject: string; readonly except: number | undefined }
  | { readonly type: 'sweep'; readonly limit: number }

const slot = fc.nat({ max: 3 })
const subject = fc.constantFrom('alice', 'bob')

/** Any command. Times are so short that sessions expire all the time, and slots so few that calls meet. */
export const commandArbitrary: fc.Arbitrary<Command> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ type: fc.constant('clock' as const), by: fc.integer({ min: -3, max: 15 }) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constant('create' as const),
      slot,
      subject: fc.constantFrom('alice', 'alice', 'bob', null),
      idle: fc.integer({ min: 0, max: 40 }),
      absolute: fc.nat({ max: 20 }),
      stale: fc.constantFrom(0, 0, 0, 1),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant('update' as const),
      slot,
      behind: fc.constantFrom(0, 0, 0, 1),
      idle: fc.constantFrom(undefined, undefined, 0, 5),
      value: fc.nat({ max: 9 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant('touch' as const),
      slot,
      seen: fc.integer({ min: -5, max: 5 }),
      idle: fc.integer({ min: -5, max: 80 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('destroy' as const), slot }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('list' as const), subject }) },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant('cutOff' as const),
      subject,
      except: fc.option(slot, { nil: undefined }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('sweep' as const), limit: fc.integer({ min: 1, max: 4 }) }) },
)
