import got from 'got'
import { inParallel } from './urls.ts'

export async function run(url: string, calls: number, concurrency: number): Promise<void> {
  await inParallel(url, calls, concurrency, async (each) => {
    for await (const chunk of got.stream(each)) if (chunk.length === 0) throw new Error('an empty chunk')
  })
}
