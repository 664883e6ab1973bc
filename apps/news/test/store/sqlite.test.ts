import { sqliteNewsStore } from '../../src/store/sqlite/sqlite-news-store.ts'
import { newsStoreContract } from './news-store-contract.ts'
import { TempFolder } from './temp-folder.ts'

newsStoreContract('the SQLite store on a file', async () => {
  const folder = new TempFolder()
  const another = () => sqliteNewsStore(folder.file())
  return { store: await another(), another, cleanUp: () => folder[Symbol.dispose]() }
})

newsStoreContract('the SQLite store in memory', async () => ({ store: await sqliteNewsStore(':memory:') }))
