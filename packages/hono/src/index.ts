/**
 * Latchkey on Hono.
 *
 * @module
 */

export { honoAuth, type HonoAuth, type HonoAuthOptions } from './hono-auth.ts'
