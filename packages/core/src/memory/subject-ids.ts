/**
 * Which ids belong to a subject.
 *
 * @module
 */

/** The ids of each subject. Of those that belong to nobody, nothing is kept. */
export interface SubjectIds {
  add(subject: string | null, id: string): void
  delete(subject: string | null, id: string): void
  /** In the order in which they were added. */
  of(subject: string): readonly string[]
}

/** Creates an empty one. */
export function createSubjectIds(): SubjectIds {
  const all = new Map<string, Set<string>>()
  return {
    add(subject, id) {
      if (subject === null) return
      const ids = all.get(subject)
      if (ids === undefined) all.set(subject, new Set([id]))
      else ids.add(id)
    },
    delete(subject, id) {
      if (subject === null) return
      const ids = all.get(subject)
      ids?.delete(id)
      if (ids?.size === 0) all.delete(subject)
    },
    of: (subject) => [...(all.get(subject) ?? [])],
  }
}
