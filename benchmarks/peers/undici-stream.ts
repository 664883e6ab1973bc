import { Agent, request } from 'undici'
import { inParallel } from './urls.ts'

export async function run(url: string, calls: number, concurrency: number): Promise<void> {
  const dispatcher = new Agent({ connections: concurrency })
  await inParallel(url, calls, concurrency, async (each) => {
    const { statusCode, body } = await request(each, { dispatcher })
    if (statusCode >= 400) throw new Error(`status ${statusCode}`)
    for await (const chunk of body) if (chunk.length === 0) throw new Error('an empty chunk')
  })
  await dispatcher.close()
}
