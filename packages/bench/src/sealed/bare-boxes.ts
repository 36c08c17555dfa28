/**
 * The bare functions: values to text and back, without a request.
 *
 * @module
 */

import secureSession from '@fastify/secure-session'
import fastify from 'fastify'
import { sealData, unsealData } from 'iron-session'
import { platformBox } from '../../../iron/src/platform-box.ts'
import { parseSealText } from '../../../iron/src/seal-text.ts'
import type { Box } from './box.ts'
import { PASSWORD, sealFloor, TTL, unsealFloor, VALUES } from './fe26.ts'

type Values = Partial<typeof VALUES>

const SECRET = { id: 1, text: PASSWORD }

/** Ours; synchronous, as the box of this platform is. */
const ours: Box = {
  name: 'latchkey',
  role: 'ours',
  seal: () => platformBox.seal(VALUES, SECRET, TTL),
  open(text) {
    const seal = parseSealText(text)
    return seal && (platformBox.unseal(seal, SECRET) as Values | undefined)?.name
  },
}

const floor: Box = {
  name: 'node:crypto',
  role: 'floor',
  seal: () => sealFloor(VALUES, PASSWORD, TTL),
  open: (text) => (unsealFloor(text, PASSWORD) as Values | undefined)?.name,
}

const ironSession: Box = {
  name: 'iron-session',
  role: 'peer',
  seal: () => sealData(VALUES, { password: PASSWORD, ttl: TTL }),
  open: async (text) => (await unsealData<Values>(text, { password: PASSWORD, ttl: TTL })).name,
}

/** Those who speak `Fe26.2`: each opens what any of them seals. */
export const IRON_BOXES: readonly Box[] = [ours, floor, ironSession]

/** Another format, to compare with: a box of sodium. */
export async function createSecureSessionBox(): Promise<Box> {
  const app = fastify()
  await app.register(secureSession, { key: Buffer.alloc(32, 7) })
  await app.ready()
  return {
    name: '@fastify/secure-session',
    role: 'peer',
    seal: () => app.encodeSecureSession(app.createSecureSession(VALUES)),
    open: (text) => app.decodeSecureSession(text)?.get('name' as never),
  }
}
