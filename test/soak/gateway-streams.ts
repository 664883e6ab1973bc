import { download, openAndCut, startScene, upload } from './gateway-soak.ts'

// `npm run soak:gateway-streams`: 10,000 streams that are opened and cut, then a gigabyte up and one down, through one gateway.

const streams = 10_000
const together = 100
const size = 1_000_000_000
/** Megabytes that this process, which is upstream, gateway and callers at once, may grow by. */
const most = 150

const scene = await startScene(together)
await openAndCut(scene, together, together)
globalThis.gc?.()
const before = process.memoryUsage().rss
const longest = await openAndCut(scene, streams, together)
const [{ client }] = scene.gateway.upstreams as [(typeof scene.gateway.upstreams)[number]]
await new Promise((resolve) => setTimeout(resolve, 500))
const left = { permits: client.status().inFlight, connections: await scene.connections() }
process.stdout.write(
  `${streams} streams cut: ${left.permits} permits and ${left.connections} connections are left; ` +
    `${together} permits were back within ${longest.toFixed(0)} ms\n`,
)
let peak = process.memoryUsage().rss
const watch = setInterval(() => {
  peak = Math.max(peak, process.memoryUsage().rss)
}, 50)
const sent = await upload(scene.port, size)
const received = await download(scene.port, size)
clearInterval(watch)
const grown = (peak - before) / 1e6
process.stdout.write(
  `${(sent / 1e9).toFixed(2)} GB up and ${(received / 1e9).toFixed(2)} GB down: ${grown.toFixed(0)} MB more\n`,
)
await scene.close()
if (left.permits + left.connections > 0 || sent !== size || received < size || grown > most) process.exitCode = 1
