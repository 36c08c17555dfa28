import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { deriveSigningKeys, parseSignedPayload, verifySignature } from './signed-payload.ts'

const COOKIE = 'eyJuYW1lIjoiYWxpY2UiLCJ1c2VyX2lkIjo0Mn0.ZVPxAA.sizmyml-K00AIe2X3ufK41qDLBQ'
const SECRET = new TextEncoder().encode('rig-secret-0123456789abcdef0123456789abcdef')

describe('parseSignedPayload()', () => {
  it('takes a cookie apart', () => {
    expect(parseSignedPayload(COOKIE)).toMatchObject({
      payload: 'eyJuYW1lIjoiYWxpY2UiLCJ1c2VyX2lkIjo0Mn0',
      isCompressed: false,
      time: 1_700_000_000,
    })
    expect(parseSignedPayload(`.${COOKIE}`)?.isCompressed).toBe(true)
  })

  it.each([
    '',
    'abcdef',
    'a.b',
    'a..b',
    `..${COOKIE}`,
    `${COOKIE}.x`,
    `${COOKIE}!!!!`,
    `${COOKIE}=`,
    `"${COOKIE}"`,
    COOKIE.replace('ZVPxAA', 'AGVT8QA'),
    COOKIE.replace('ZVPxAA', '_________w'),
    COOKIE.replace('DLBQ', 'DLBR'),
    'a'.repeat(5_000),
  ])('refuses %.30j', (value) => {
    expect(parseSignedPayload(value)).toBeUndefined()
  })

  it('never throws, whatever is given', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        parseSignedPayload(value)
      }),
    )
  })
})

describe('verifySignature()', () => {
  it('finds the key that signed, whichever it is', async () => {
    const parsed = parseSignedPayload(COOKIE)
    if (parsed === undefined) throw new Error('It is well-formed')
    const other = new TextEncoder().encode('other')
    expect(await verifySignature(parsed, await deriveSigningKeys([other, SECRET], 'cookie-session', 'SHA-1'))).toBe(
      true,
    )
    expect(await verifySignature(parsed, await deriveSigningKeys([other], 'cookie-session', 'SHA-1'))).toBe(false)
    expect(await verifySignature(parsed, await deriveSigningKeys([SECRET], 'other-salt', 'SHA-1'))).toBe(false)
    expect(await verifySignature(parsed, await deriveSigningKeys([SECRET], 'cookie-session', 'SHA-256'))).toBe(false)
  })
})
