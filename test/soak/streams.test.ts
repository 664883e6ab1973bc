import { join } from 'node:path'
import { expect, it } from 'vitest'
import { bundledFolder } from '../bundled.ts'
import { isLongForm } from '../long-form.ts'
import { seeSlowReaders, streamingWays } from './slow-readers.ts'

const children = join(import.meta.dirname, 'children')
const readers = 100
/** Bytes of each body: all together are more than the memory that is allowed. */
const size = isLongForm ? 10_000_000 : 2_500_000
/** MB of memory. A process that has just started has 100, and V8 tolerates 64 of garbage outside its heap. */
const most = 300

it.skipIf(process.platform !== 'linux').each(isLongForm ? streamingWays : streamingWays.slice(0, 2))(
  'a hundred slow readers of large bodies over %s take little memory',
  { timeout: 300_000 },
  async (way) => {
    const folder = await bundledFolder(['body-server', 'slow-readers'].map((name) => join(children, `${name}.ts`)))
    const [server, client] = ['body-server', 'slow-readers'].map((name) => [process.execPath, `${folder}/${name}.js`])
    const report = await seeSlowReaders({ way, readers, size, pause: 5, server: server!, client: client! })
    expect(report.bytes).toBe(readers * size)
    expect(report.memory).toBeLessThan(most)
  },
)
