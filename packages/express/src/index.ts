/**
 * Latchkey on Express 5.
 *
 * @module
 */

export { expressAuth, type ExpressAuth, type ExpressAuthOptions, type ExpressGuard } from './express-auth.ts'
