import { expect, it } from 'vitest'
import { AuthFetchError, configError } from './errors.ts'

it('an error has a code and keeps its cause', () => {
  const cause = new Error('socket')
  const error = new AuthFetchError('ERR_UNAVAILABLE', 'Out of reach', { cause })
  expect(error).toMatchObject({ name: 'AuthFetchError', code: 'ERR_UNAVAILABLE', message: 'Out of reach', cause })
})

it('an error of configuration names the option', () => {
  expect(configError('carry', 'must be given')).toMatchObject({
    code: 'ERR_CONFIG',
    message: 'Option "carry" must be given',
  })
})
