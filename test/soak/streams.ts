import { join } from 'node:path'
import { seeSlowReaders, streamingWays } from './slow-readers.ts'

// `npm run soak:streams`: sends 1 GB to 100 slow readers, and prints the peak memory of their process.

const program = (name: string): string[] => [process.execPath, join(import.meta.dirname, 'children', name)]
const readers = 100
const size = 10_000_000
const most = 200

for (const way of streamingWays) {
  const programs = { server: program('body-server.ts'), client: program('slow-readers.ts') }
  const { bytes, memory, seconds } = await seeSlowReaders({ way, readers, size, pause: 20, ...programs })
  process.stdout.write(
    `${way}: ${(bytes / 1e9).toFixed(2)} GB in ${seconds.toFixed(1)} s, ${memory.toFixed(0)} MB of memory at most\n`,
  )
  if (bytes !== readers * size || memory >= most) process.exitCode = 1
}
