import { expect, it } from 'vitest'
import { connectRequest, cookieRequest } from './requests.ts'

it('requests carry the cookie, and a text of their own', () => {
  const [one, other] = [cookieRequest('s=1', 1), cookieRequest('s=1', 2)]
  expect(one.headers.get('cookie')).toContain('s=1')
  expect(one.headers.get('cookie')).not.toBe(other.headers.get('cookie'))
  expect(one.headers.get('origin')).toBeNull()
  expect(connectRequest('s=1', 1).request).toMatchObject({ headers: { cookie: 'a=1; s=1; theme=dark' } })
})
