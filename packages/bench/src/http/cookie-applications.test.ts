import { expect, it } from 'vitest'
import { expressCookieApplications, nodeCookieApplications, nodeSealedApplications } from './cookie-applications.ts'

it('each list has one service of ours, one floor and a peer, and who is guarded has a cookie that can be forged', async () => {
  const lists = await Promise.all([nodeCookieApplications(), nodeSealedApplications(), expressCookieApplications()])
  for (const applications of lists) {
    expect(applications.map(({ role }) => role)).toEqual(['ours', 'floor', 'peer'])
    const credentials = applications.filter(({ isGuarded }) => isGuarded).map(({ credential }) => credential)
    for (const credential of credentials) {
      expect(credential?.header).toBe('cookie')
      expect(credential?.forged).not.toBe(credential?.good)
    }
  }
})
