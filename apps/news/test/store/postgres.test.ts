import { openDatabase } from '../../../../test/postgres/index.ts'
import { postgresNewsStore } from '../../src/store/postgres/postgres-news-store.ts'
import { newsStoreContract } from './news-store-contract.ts'

newsStoreContract('the PostgreSQL store', async () => {
  const { url, close } = await openDatabase()
  const another = () => postgresNewsStore(url)
  return { store: await another(), another, cleanUp: close }
})
