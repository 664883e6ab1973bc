import { memoryNewsStore } from './memory-store.ts'
import { newsStoreContract } from './news-store-contract.ts'

newsStoreContract('the store in memory', async () => ({ store: memoryNewsStore() }))
