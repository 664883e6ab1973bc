import { Configuration, HttpCrawler, LogLevel, log } from '@crawlee/http'
import { urls } from './urls.ts'

export async function run(url: string, calls: number, concurrency: number): Promise<void> {
  log.setLevel(LogLevel.OFF)
  let done = 0
  const options = {
    // From the first request, as everybody else: it would find its way up to it by itself.
    minConcurrency: concurrency,
    maxConcurrency: concurrency,
    requestHandler: ({ json }: { json: unknown }) => {
      if (json !== undefined) done++
    },
    additionalMimeTypes: ['application/json'],
  }
  const crawler = new HttpCrawler(options, new Configuration({ persistStorage: false }))
  await crawler.run([...urls(url, calls)])
  if (done !== calls) throw new Error(`${done} of ${calls} calls succeeded`)
}
