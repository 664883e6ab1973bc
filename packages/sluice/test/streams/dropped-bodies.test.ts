import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

const run = promisify(execFile)

/** Answers that the program drops: one for each use in it. */
const dropped = 7

it('gives the permit of a body back that is garbage-collected, and keeps one that is waited for', async () => {
  const program = join(import.meta.dirname, 'children/dropped-bodies.ts')
  const { stdout } = await run(process.execPath, ['--conditions=@sluice/source', '--expose-gc', program])
  const expected = {
    before: dropped,
    stuck: [],
    held: [2, 2],
    read: ['1', '2'],
    text: 'data: 1\n\ndata: 2\n\n',
  }
  expect(JSON.parse(stdout)).toEqual({ 'HTTP/1.1': expected, 'HTTP/2': expected, fetch: expected })
}, 90_000)
