import { openRunDatabase } from '../../../../../test/postgres/index.ts'
import { postgresStore } from '../../../src/stores/postgres/index.ts'
import { runStoreContract } from '../run-store-contract.ts'

runStoreContract('A store on PostgreSQL', async () => {
  const database = await openRunDatabase()
  const open = () => postgresStore({ url: database.url })
  const store = await open()
  return {
    store,
    reopen: async () => {
      await store.close()
      return open()
    },
    cleanUp: () => database.close(),
  }
})
