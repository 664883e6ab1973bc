import { MemoryStore } from '../../src/stores/index.ts'
import { runStoreContract } from './run-store-contract.ts'

runStoreContract('MemoryStore', async () => ({ store: new MemoryStore() }))
