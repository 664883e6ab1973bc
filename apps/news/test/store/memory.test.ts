import { memoryNewsStore } from '../../src/store/memory/memory-news-store.ts'
import { newsStoreContract } from './news-store-contract.ts'

newsStoreContract('the store in memory', async () => ({ store: memoryNewsStore() }))
