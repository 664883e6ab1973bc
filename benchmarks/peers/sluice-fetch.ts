import { createClient } from 'sluice'
import { inParallel } from './urls.ts'

export async function run(url: string, calls: number, concurrency: number): Promise<void> {
  await using client = createClient({ concurrency })
  await inParallel(url, calls, concurrency, async (each) => {
    const response = await client.fetch(each)
    for await (const chunk of response.body!) if (chunk.length === 0) throw new Error('an empty chunk')
  })
}
