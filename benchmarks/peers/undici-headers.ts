import { Agent, request } from 'undici'
import { inParallel } from './urls.ts'

/** Headers that Sluice sends with each request, and bare undici does not. */
const headers = { 'user-agent': 'bench/1', accept: '*/*', 'accept-encoding': 'gzip, deflate, br, zstd' }

export async function run(url: string, calls: number, concurrency: number): Promise<void> {
  const dispatcher = new Agent({ connections: concurrency })
  await inParallel(url, calls, concurrency, async (each) => {
    const { statusCode, body } = await request(each, { dispatcher, headers })
    if (statusCode >= 400) throw new Error(`status ${statusCode}`)
    return await body.json()
  })
  await dispatcher.close()
}
