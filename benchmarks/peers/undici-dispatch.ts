import { Agent, type Dispatcher } from 'undici'
import { inParallel } from './urls.ts'

export async function run(url: string, calls: number, concurrency: number): Promise<void> {
  const agent = new Agent({ connections: concurrency })
  await inParallel(url, calls, concurrency, (each) => json(agent, new URL(each)))
  await agent.close()
}

function json(agent: Agent, { origin, pathname, search }: URL): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    const handler: Dispatcher.DispatchHandler = {
      onRequestStart() {},
      onResponseStart(_, status) {
        if (status >= 400) reject(new Error(`status ${status}`))
      },
      onResponseData(_, chunk) {
        chunks.push(chunk)
      },
      onResponseEnd() {
        resolve(JSON.parse(Buffer.concat(chunks).toString()))
      },
      onResponseError(_, error) {
        reject(error)
      },
    }
    agent.dispatch({ origin, path: pathname + search, method: 'GET' }, handler)
  })
}
