import { describe, expect, it } from 'vitest'
import { postgres, unpreparedPostgres } from './postgres-backend.ts'
import { createTemplate, idOf, revocationOf } from './records.ts'

it('the store without prepared statements is a variant', () => {
  expect([postgres.isVariant, unpreparedPostgres.isVariant]).toEqual([false, true])
})

/** Without `LATCHKEY_SERVICES=1` they are skipped, and the title says why. */
function describeServices(define: () => void): void {
  if (process.env['LATCHKEY_SERVICES'] === '1') describe('on a real server', define)
  else describe.skip('on a real server (needs LATCHKEY_SERVICES=1 and PostgreSQL)', define)
}

describeServices(() => {
  it('what it fills by itself is what single calls would have made', async () => {
    const backend = await postgres.open()
    const template = await createTemplate()
    const call = { now: template.createdAt }
    await backend.fillSessions?.(template, 0, 5)
    const record = await backend.store.read(idOf(4), call)
    expect(record).toMatchObject({ id: idOf(4), subject: 'user-4', data: template.data })
    expect(await backend.store.read(idOf(5), call)).toBeNull()
    await backend.fillRevocations?.(0, 5, call)
    const revoked = async (index: number): Promise<boolean> => {
      const { id, subject } = revocationOf(index, call.now).revoked
      return backend.revocations.isRevoked({ ids: [id], subject, epoch: 0 }, call)
    }
    expect([await revoked(4), await revoked(5)]).toEqual([true, false])
    await backend.close()
  })
})
