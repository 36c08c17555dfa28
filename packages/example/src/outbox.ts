/**
 * The outgoing mail: files in a folder, in the place of a mail server.
 *
 * @module
 */

import { randomUUID } from 'node:crypto'
import { mkdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** A mail. */
export interface Mail {
  readonly to: string
  readonly subject: string
  readonly text: string
}

/** Sends a mail. */
export type SendMail = (mail: Mail) => Promise<void>

/**
 * Creates an outbox: a mail is a file whose name begins with the time, so that the last one is the newest. For trying things out: what
 * stands in a reset mail opens an account, so that the files are for the owner's eyes alone (mode 0600).
 *
 * @param folder Made when the first mail is sent.
 * @param now The clock, in epoch milliseconds.
 */
export function createOutbox(folder: string, now: () => number): SendMail {
  return async ({ to, subject, text }) => {
    const name = `${new Date(now()).toISOString().replaceAll(':', '-')}-${randomUUID()}`
    await mkdir(folder, { recursive: true, mode: 0o700 })
    // Under its name once it is whole: whoever reads the folder sees no half of a mail.
    const draft = join(folder, `.${name}`)
    await writeFile(draft, `To: ${to}\nSubject: ${subject}\n\n${text}\n`, { mode: 0o600 })
    await rename(draft, join(folder, `${name}.txt`))
  }
}
