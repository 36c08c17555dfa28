import { describe, expect, it } from 'vitest'
import { describeRequests } from './guide.ts'

describe('describeRequests()', () => {
  it.each([true, false])('says where each write with a cookie comes from: %j', (keepsSessions) => {
    const lines = describeRequests({
      url: 'http://localhost:1',
      origin: 'https://a.example',
      jar: '/tmp/jar',
      outbox: '/tmp/out',
      keepsSessions,
    }).split('\n')
    const writes = lines.filter((line) => line.includes('-X') && line.includes('/tmp/jar'))
    expect(writes.length).toBeGreaterThan(2)
    for (const line of writes) expect(line).toContain("-H 'Origin: https://a.example'")
    expect(
      lines.every((line) =>
        /^(?:curl -i -w '\\n' |(?:TOKEN|REFRESH|KEY)=\$\(curl |RESET=\$\(sleep 1; sed |for GUESS in |# |$)/.test(line),
      ),
    ).toBe(true)
    expect(lines.some((line) => line.includes('TOKEN'))).toBe(keepsSessions)
  })
})
