/**
 * Latchkey on `node:http`.
 *
 * @module
 */

export { nodeAuth, type NodeAuth, type NodeAuthOptions, type NodeHandler } from './node-auth.ts'
export { sendFault, sendJson } from './send.ts'
