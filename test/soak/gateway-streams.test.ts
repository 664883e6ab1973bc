import { expect, it, onTestFinished, vi } from 'vitest'
import { isLongForm } from '../long-form.ts'
import { download, openAndCut, startScene, upload } from './gateway-soak.ts'

const streams = isLongForm ? 10_000 : 200
const size = isLongForm ? 1_000_000_000 : 20_000_000

it('a gateway has no permit, connection or open request left of streams whose callers hung up', async () => {
  const scene = await startScene(50)
  onTestFinished(scene.close)
  await openAndCut(scene, streams, 50)
  const [{ client }] = scene.gateway.upstreams as [(typeof scene.gateway.upstreams)[number]]
  await vi.waitFor(() => expect(client.status()).toMatchObject({ inFlight: 0, waiting: 0 }), 10_000)
  await vi.waitFor(async () => expect(await scene.connections()).toBe(0), 10_000)
  expect(scene.gateway.figures().upstreams[0]).toMatchObject({ open: 0, ended: streams, hungUp: streams })
})

it('a gateway passes large bodies on both ways, whole', async () => {
  const scene = await startScene(2)
  onTestFinished(scene.close)
  expect(await upload(scene.port, size)).toBe(size)
  expect(await download(scene.port, size)).toBeGreaterThan(size)
  expect(scene.gateway.figures().upstreams[0]).toMatchObject({ bytesIn: size, bytesOut: size + String(size).length })
})
