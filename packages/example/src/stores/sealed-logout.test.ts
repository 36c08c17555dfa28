import { afterEach, describe } from 'vitest'
import { STORES, describeStores, type CorpusStore } from '../attack-corpus/stores.fixture.ts'
import { describeSealedLogout } from '../../../iron/src/sealed-logout.fixture.ts'

describe('sealed sessions', () => {
  const opened: CorpusStore[] = []
  afterEach(async () => {
    for (const store of opened.splice(0)) await store.close()
  })

  describeStores(STORES, 'a logout', ({ name, open }) => {
    describeSealedLogout(name, async () => {
      const store = await open()
      opened.push(store)
      return store.revocations
    })
  })
})
