import { storeConformance } from '../conformance/store.ts'
import { Disk } from './disk.ts'
import { MemoryStore, calm } from './memoryStore.ts'

// What a simulation shows holds for the encrypted store as far as both pass the same suite.
storeConformance('the simulated store', async () => {
  const disk = new Disk()
  return {
    store: new MemoryStore(disk, calm),
    reopen: async () => new MemoryStore(disk, calm),
    end: async () => undefined,
  }
})
