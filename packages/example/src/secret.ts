/**
 * The root secret: made on the first start, kept in a file that only its owner can read.
 *
 * @module
 */

import { randomBytes } from 'node:crypto'
import { link, readFile, rm, writeFile } from 'node:fs/promises'

/**
 * Reads the secret, and makes it first where there is none: 32 random bytes in base64.
 *
 * In production a secret comes from the platform's secret store instead; a backup of this folder holds the key beside the
 * sessions that it opens.
 */
export async function readSecret(path: string): Promise<string> {
  return readOrMake(path, () => randomBytes(32).toString('base64'))
}

/** Reads a file that only its owner may read, and makes it first where there is none. */
export async function readOrMake(path: string, make: () => string): Promise<string> {
  // Written under another name first, so that nobody ever reads half a secret; `link` never replaces one.
  const draft = `${path}.${randomBytes(8).toString('hex')}`
  await writeFile(draft, make(), { mode: 0o600, flag: 'wx' })
  try {
    await link(draft, path)
  } catch (error) {
    if (!isExisting(error)) throw error
  } finally {
    await rm(draft)
  }
  return readFile(path, 'utf8')
}

function isExisting(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EEXIST'
}
