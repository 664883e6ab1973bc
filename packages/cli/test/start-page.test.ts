import { execFile } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type RunningSimulator, serveSimulator } from '@sluice/simulator'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { root } from '../../../site/pages.ts'
import { bundledCommand } from '../../../test/bundled.ts'
import { blocksOf, read } from '../../../test/doc-blocks.ts'

// The commands and programs of docs/start.md and docs/models.md, run as they stand there, one after another.

let folder: string
let api: RunningSimulator

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-start-'))
  api = await serveSimulator({ scenario: { latency: '5ms', headers: 'openai', limit: 'sliding:60000 tokens/min' } })
  writeFileSync(
    join(folder, 'npx'),
    `#!/bin/sh\nshift\nexec '${process.execPath}' -- '${await bundledCommand()}' "$@"\n`,
  )
  chmodSync(join(folder, 'npx'), 0o755)
})

afterEach(async () => {
  await api.close()
  rmSync(folder, { recursive: true, force: true })
})

/** Runs a program in the folder, with the address of this test's API. Returns what it wrote. */
function run(file: string, args: readonly string[]): Promise<string> {
  const env = { ...process.env, PATH: `${folder}:${process.env.PATH}`, HOME: folder, XDG_CONFIG_HOME: folder }
  return new Promise((resolve) => {
    execFile(file, args, { cwd: folder, env }, (_error, stdout, stderr) => resolve(stdout + stderr))
  })
}

function here(text: string): string {
  return text.replaceAll('http://127.0.0.1:4000', api.url)
}

/** Runs the commands of a page but those that serve until they are stopped. */
async function runCommands(page: string): Promise<string> {
  const commands = blocksOf(page, 'sh').map(({ text }) => text)
  return await run('bash', ['-c', here(commands.filter((text) => !/ (simulate|gateway) /.test(text)).join('\n'))])
}

async function runProgram(code: string): Promise<string> {
  // Inside the checkout, where it finds the library, and ignored by git.
  const file = join(root, `.bundle-test-program-${process.pid}.mts`)
  writeFileSync(file, here(code))
  try {
    return await run(process.execPath, ['--conditions=@sluice/source', '--disable-warning=ExperimentalWarning', file])
  } finally {
    rmSync(file)
  }
}

function lines(file: string): string[] {
  return readFileSync(join(folder, file), 'utf8').trimEnd().split('\n')
}

it('the ten minutes of docs/start.md do what they say', { timeout: 300_000 }, async () => {
  const said = await runCommands('docs/start.md')

  expect(lines('products.jsonl'), said).toHaveLength(500)
  expect(lines('products.csv')[0]).toBe('id,name,price')
  expect(lines('products.csv')).toHaveLength(21)
  expect(said).toContain('exit code 3')
  expect(lines('some.jsonl').filter((line) => line.includes('"ok":false'))).toHaveLength(1)
  expect(said).toContain('exit code 7')
  expect(lines('tour.csv')).toHaveLength(501)
  // What was in flight when the time was up may be requested again.
  expect(api.stats().requests).toBeLessThanOrEqual(500 + 20 + 6 + 500 + 20)
  expect(await runProgram(blocksOf('docs/start.md')[0]!.text)).toBe('500 products, 0 failures\n')
})

it('the prompts of docs/models.md are answered within the budget', { timeout: 300_000 }, async () => {
  const [bulk, stream] = blocksOf('docs/models.md')
  const answers = await runProgram(bulk!.text)
  expect(answers.match(/^\d+ /gm), answers).toHaveLength(20)
  expect(Number(/tokens: (\d+)/.exec(answers)![1])).toBeLessThanOrEqual(5_000)
  expect((await runProgram(stream!.text)).length).toBeGreaterThan(20)
  const [, file, table] = /^```csv (\S+)\n(.*?)^```$/ms.exec(read('docs/models.md'))!
  writeFileSync(join(folder, file!), table!)
  const said = await runCommands('docs/models.md')

  expect(lines('answers.csv'), said).toHaveLength(4)
  expect(
    lines('answers.csv')
      .slice(1)
      .every((line) => /^[abc],Name a \w+,.+/.test(line)),
  ).toBe(true)
})
