import { postgresNewsStore } from '../../src/store/postgres/postgres-news-store.ts'
import { openNewsDatabase } from './news-database.ts'
import { newsStoreContract } from './news-store-contract.ts'

newsStoreContract('the PostgreSQL store', async () => {
  const { url, close } = await openNewsDatabase()
  const another = () => postgresNewsStore(url)
  return { store: await another(), another, cleanUp: close }
})
