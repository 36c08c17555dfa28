/**
 * What is kept of each subject: its epoch, and which sessions it has.
 *
 * @module
 */

import type { StoreCall } from '@latchkey/core'
import type { Commands, Script } from './client.ts'
import { CLOCK_MARGIN, lifeUntil } from './expiry.ts'
import type { Registration, SubjectText } from './session-rows.ts'
import * as scripts from './subject-scripts.ts'

/** What came of a registration. */
export interface Registered {
  readonly outcome: 'added' | 'known' | 'cut_off'
  /** The ids whose rows are still to be ended: this one's own, where it is cut off. */
  readonly unfinished: readonly string[]
}

/** The calls on what is kept of subjects. Each is one command. */
export interface SubjectIndex {
  epochOf(subject: SubjectText, call: StoreCall): Promise<number>
  /** Registers a session; of one that is registered it is no change. */
  register(id: string, registration: Registration, call: StoreCall): Promise<Registered>
  /** The ids of the subject's sessions, and those whose rows are still to be ended. */
  list(
    subject: SubjectText,
    call: StoreCall,
  ): Promise<{ readonly ids: readonly string[]; readonly unfinished: readonly string[] }>
  /** Raises the epoch, and cuts off every registered session but the spared one. */
  cutOff(
    subject: SubjectText,
    spare: string | undefined,
    call: StoreCall,
  ): Promise<{
    readonly epoch: string
    readonly isSpared: boolean
    readonly ids: readonly string[]
  }>
  /** Takes back registrations of sessions whose rows are gone. */
  forget(subject: SubjectText, ids: readonly string[]): Promise<unknown>
}

/** Creates the calls for a prefix. */
export function createSubjectIndex(commands: Commands, prefix: string): SubjectIndex {
  // The braces are a hash tag: a cluster keeps the keys of one subject in one slot.
  const keyOf = (subject: SubjectText, part: string): string => `${prefix}subject:{${subject}}:${part}`

  // The scripts answer as their docblocks say.
  async function run<Reply>(
    script: Script,
    subject: SubjectText,
    args: readonly string[],
    call?: StoreCall,
  ): Promise<Reply> {
    const keys = ['epoch', 'sessions', 'ended'].map((part) => keyOf(subject, part))
    return (await commands.run(script, keys, args, call?.signal)) as Reply
  }

  return {
    async epochOf(subject, call) {
      return Number((await commands.get(keyOf(subject, 'epoch'), call.signal)) ?? 0)
    },

    async register(id, { subject, epoch, absoluteExpiresAt }, { now }) {
      const outdated = `${now - CLOCK_MARGIN}`
      const life = `${lifeUntil(Number(absoluteExpiresAt), now)}`
      const args = [id, epoch, absoluteExpiresAt, outdated, life]
      const [outcome, unfinished] = await run<[Registered['outcome'], string[]]>(scripts.REGISTER, subject, args)
      return { outcome, unfinished: outcome === 'cut_off' ? [id] : unfinished }
    },

    async list(subject, call) {
      const [ids, unfinished] = await run<[string[], string[]]>(scripts.LIST, subject, [], call)
      return { ids, unfinished }
    },

    async cutOff(subject, spare, call) {
      const args = [`${call.now}`, spare ?? '', `${scripts.EPOCH_LIFE}`]
      const [epoch, outcome, ids] = await run<[string, string, string[]]>(scripts.CUT_OFF, subject, args, call)
      return { epoch, isSpared: outcome === 'spared', ids }
    },

    forget: (subject, ids) => run(scripts.FORGET, subject, ids),
  }
}
