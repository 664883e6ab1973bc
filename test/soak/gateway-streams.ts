import { download, openAndCut, startScene, upload } from './gateway-soak.ts'

// `npm run soak:gateway-streams`: opens and cuts 10,000 streams, then sends 1 GB up and 1 GB down, through one
// gateway.

const streams = 10_000
const together = 100
const size = 1_000_000_000
/**
 * Maximum additional memory in MB for 1 GB compared with 100 MB, in this process, which is upstream, gateway and
 * callers.
 */
const most = 100

const scene = await startScene(together)
const longest = await openAndCut(scene, streams, together)
const [{ client }] = scene.gateway.upstreams as [(typeof scene.gateway.upstreams)[number]]
await new Promise((resolve) => setTimeout(resolve, 500))
const left = { permits: client.status().inFlight, connections: await scene.connections() }
process.stdout.write(
  `${streams} streams cut: ${left.permits} permits and ${left.connections} connections are left; ` +
    `${together} permits were back within ${longest.toFixed(0)} ms\n`,
)
const short = await peakOf(size / 10)
const long = await peakOf(size)
const { sent, received } = long
const grown = long.peak - short.peak
process.stdout.write(
  `${(sent / 1e9).toFixed(2)} GB up and ${(received / 1e9).toFixed(2)} GB down: ${grown.toFixed(0)} MB more than a tenth of that\n`,
)
await scene.close()
if (left.permits + left.connections > 0 || sent !== size || received < size || grown > most) process.exitCode = 1

/** Uploads and downloads `bytes` bytes, and returns the peak memory of this process in MB. */
async function peakOf(bytes: number): Promise<{ peak: number; sent: number; received: number }> {
  let peak = 0
  const watch = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage().rss / 1e6)
  }, 20)
  const sent = await upload(scene.port, bytes)
  const received = await download(scene.port, bytes)
  clearInterval(watch)
  return { peak, sent, received }
}
