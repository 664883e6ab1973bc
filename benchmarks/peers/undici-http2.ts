import { Agent, request } from 'undici'
import { inParallel } from './urls.ts'

export async function run(url: string, calls: number, concurrency: number): Promise<void> {
  const dispatcher = new Agent({ connections: 1, pipelining: concurrency, allowH2: true })
  await inParallel(url, calls, concurrency, async (each) => {
    const { statusCode, body } = await request(each, { dispatcher })
    if (statusCode >= 400) throw new Error(`status ${statusCode}`)
    return await body.json()
  })
  await dispatcher.close()
}
