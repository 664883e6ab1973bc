import { Pool } from 'undici'
import { spreadOf } from '../statistics.ts'

// `latency.ts CALLS URL...`: calls the URLs in turn, one call at a time, and prints for each the median in milliseconds.

const [calls = '', ...urls] = process.argv.slice(2)
const places = urls.map((text) => {
  const { origin, pathname } = new URL(text)
  return { pool: new Pool(origin, { connections: 1 }), path: pathname, times: [] as number[] }
})

for (let call = 0; call < Number(calls); call++) {
  for (const { pool, path, times } of places) {
    const begunAt = performance.now()
    const { statusCode, body } = await pool.request({ path, method: 'GET' })
    await body.arrayBuffer()
    if (statusCode !== 200) throw new Error(`${path} has answered ${statusCode}`)
    times.push(performance.now() - begunAt)
  }
}
const medians = places.map(({ times }) => spreadOf(times).median)
process.stdout.write(`${JSON.stringify(medians)}\n`, () => process.exit())
