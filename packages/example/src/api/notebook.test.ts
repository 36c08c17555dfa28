import { beforeEach, expect, it } from 'vitest'
import { PASSWORD, type TestServer } from '../server.fixture.ts'
import { describeServers } from '../variants.fixture.ts'

describeServers('notes', (running, { keepsSessions }) => {
  let server: TestServer
  beforeEach(() => {
    server = running()
  })

  const write = async (cookie: string, json: object = { title: 'First', text: 'It works' }) =>
    (await server.send('POST', '/notes', { cookie, json })).json as { id: string }

  it.skipIf(!keepsSessions)('keeps, lists, changes and removes a note, by cookie and by token', async () => {
    const { cookie } = await server.signUp()
    const created = await server.send('POST', '/notes', {
      cookie,
      json: { title: 'First', text: 'It works', id: 'mine' },
    })
    const { id } = created.json as { id: string }
    expect(created).toMatchObject({ status: 201, json: { title: 'First', text: 'It works' } })
    expect(id).toMatch(/^[0-9a-f-]{36}$/)
    expect(created.headers.get('location')).toBe(`/notes/${id}`)

    const account = { email: 'ada@example.com', password: PASSWORD }
    const { json } = await server.send('POST', '/auth/token', { json: account })
    const { access_token: token } = json as { access_token: string }
    const note = { id, title: 'Second', text: '' }
    expect(await server.send('PUT', `/notes/${id}`, { token, json: { title: 'Second' } })).toMatchObject({
      status: 200,
      json: note,
    })
    expect((await server.send('GET', `/notes/${id}`, { token })).json).toEqual(note)
    expect((await server.send('GET', '/notes', { cookie })).json).toEqual([note])
    expect(await server.send('DELETE', `/notes/${id}`, { cookie })).toMatchObject({ status: 204, text: '' })
    expect(await server.send('GET', `/notes/${id}`, { cookie })).toMatchObject({
      status: 404,
      json: { error: 'not_found' },
    })
    expect((await server.send('GET', '/notes', { token })).json).toEqual([])
  })

  it("hides another's note", async () => {
    const { cookie: owner } = await server.signUp()
    const { cookie: stranger } = await server.signUp('grace@example.com')
    const { id } = await write(owner)
    for (const [method, json] of [['GET'], ['PUT', { title: 'Mine now' }], ['DELETE']] as const) {
      expect(await server.send(method, `/notes/${id}`, { cookie: stranger, json })).toMatchObject({
        status: 404,
        json: { error: 'not_found' },
      })
    }
    expect((await server.send('GET', '/notes', { cookie: stranger })).json).toEqual([])
    expect((await server.send('GET', `/notes/${id}`, { cookie: owner })).json).toMatchObject({ title: 'First' })
  })

  it('is for those who are logged in', async () => {
    const json = { title: 'First' }
    for (const [method, path] of [
      ['GET', ''],
      ['POST', ''],
      ['GET', '/1'],
      ['PUT', '/1'],
      ['DELETE', '/1'],
    ] as const) {
      const { status, headers } = await server.send(method, `/notes${path}`, method.startsWith('P') ? { json } : {})
      expect([status, headers.get('www-authenticate')]).toEqual([401, 'Bearer realm="api"'])
    }
  })

  it.each([
    '1',
    '9'.repeat(400),
    '-1',
    '1e999',
    '%00',
    '%2e%2e%2fnotes',
    "'%20or%201=1%20--",
    '%F0%9F%98%80',
    '__proto__',
  ])('finds no note of the id %s', async (id) => {
    const { cookie } = await server.signUp()
    await write(cookie)
    expect((await server.send('GET', `/notes/${id}`, { cookie })).status).toBe(404)
    expect((await server.send('DELETE', `/notes/${id}`, { cookie })).status).toBe(404)
    expect((await server.send('GET', '/notes', { cookie })).json).toHaveLength(1)
  })

  it('names the fields that are wrong', async () => {
    const { cookie } = await server.signUp()
    for (const json of [{}, [], null, 7, { title: '' }, { title: ['a'] }, { title: 'a\0' }, { title: '\ud800' }]) {
      expect(await server.send('POST', '/notes', { cookie, json })).toMatchObject({
        status: 422,
        json: { error: 'invalid_request', fields: ['title'] },
      })
    }
  })
})
