import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { bundledCommand } from '../../../test/bundled.ts'
import { nextCommands } from '../src/verbs/demo/demo.ts'
import { finished, startSluice, temporaryFolder } from './run-sluice.ts'

/** A folder for the temporary files of the demo, and the environment that makes it use that. */
function place(): { readonly folder: string; readonly env: Record<string, string> } {
  const folder = temporaryFolder()
  return { folder, env: { TMPDIR: folder, TMP: folder, TEMP: folder, INIT_CWD: folder, SLUICE_RATE: '1/s' } }
}

describe('sluice demo', () => {
  it('loses products to loops, and none to a killed run of Sluice, which it counts by the server', async () => {
    const { folder, env } = place()
    const { code, stdout, stderr } = await finished(startSluice(['demo', '--fast'], { env }))

    expect(stderr).toMatch(/killed \(SIGKILL\) after [^:]+: \d+ results stored/)
    expect(stderr).toMatch(/100 of 100 are stored, each once; \d+ requests were repeated/)
    const [, lost] = /Promise\.all +(\d+) of 100 /.exec(stdout) ?? []
    expect(Number(lost)).toBeLessThan(100)
    const [, requests, refused] = /sluice, killed and resumed +100 of 100 +(\d+) +(\d+) /.exec(stdout) ?? []
    expect(Number(requests)).toBeGreaterThan(100)
    expect(Number(requests)).toBeLessThan(160)
    expect(Number(refused)).toBeLessThan(20)
    expect(`${stdout}\n${stderr}`.split('\n').filter((line) => line.length > 80)).toEqual([])
    expect(stdout + stderr).not.toContain('\u001b')
    expect(code).toBe(0)
    expect(readdirSync(folder)).toEqual([])
  })

  it('serves the page of the run while it runs, and stops on Ctrl-C with nothing left', async () => {
    const { folder, env } = place()
    const child = startSluice(['demo'], { env })
    const end = finished(child)
    const said = texts(child)
    const [, page] = await said(/live page of this tour: (http\S+)/)
    expect((await fetch(page!)).status).toBe(200)
    const [, url] = await said(/fetch '(http[^/]+\/\/[^/]+)\//)
    let answered = 0
    while (answered < 10) {
      const stats = (await (await fetch(`${url}/__stats`)).json()) as { readonly statuses: Record<string, number> }
      answered = stats.statuses[200] ?? 0
    }
    child.kill('SIGINT')

    expect(await end).toMatchObject({ code: 130, stderr: expect.stringMatching(/stopped\n$/) })
    expect(readdirSync(folder)).toEqual([])
    await expect(fetch(url!)).rejects.toThrow()
  })

  it('ends with commands that work as they stand there', async () => {
    const folder = temporaryFolder()
    mkdirSync(join(folder, 'node_modules/.bin'), { recursive: true })
    const npx = `#!/bin/sh\nshift\nexec '${process.execPath}' --conditions=@sluice/source -- '${await bundledCommand()}' "$@"\n`
    for (const [file, text] of [
      ['npx', npx],
      ['node_modules/.bin/sluice', ''],
    ] as const) {
      writeFileSync(join(folder, file), text)
      chmodSync(join(folder, file), 0o755)
    }
    const printed = nextCommands(0, { colour: false, ascii: true }, {}, folder).split('\n')
    const commands = printed.filter((line) => line.startsWith('  '))
    expect(commands.every((line) => line.length <= 80)).toBe(true)
    const env = { ...process.env, PATH: `${folder}:${process.env.PATH}`, HOME: folder }

    const server = spawn('bash', ['-c', `exec ${commands[0]}`], { cwd: folder, env })
    onTestFinished(() => void server.kill('SIGKILL'))
    const [, url] = await texts(server)(/listening (\S+)/)
    // The free port that the first command has chosen.
    const rest = commands.slice(1).join('\n').replaceAll('http://127.0.0.1:0', url!)
    const shell = spawn('bash', ['-ec', rest], { cwd: folder, env })
    onTestFinished(() => void shell.kill('SIGKILL'))
    const code = await new Promise((resolve) => shell.on('close', resolve))

    expect(code).toBe(0)
    expect(readFileSync(join(folder, 'products.csv'), 'utf8').trim().split('\n')).toHaveLength(601)
  })

  it.each([
    ['in a project that has it', 'node_modules/.bin', 'npx sluice'],
    ['where it is installed for all', 'bin', 'sluice'],
    ['where npx has fetched it', 'cache/_npx/1/node_modules/.bin', 'npx @sluice/cli'],
  ])('names the command as it is typed %s', (_, path, name) => {
    const folder = temporaryFolder()
    mkdirSync(join(folder, path), { recursive: true })
    writeFileSync(join(folder, path, 'sluice'), '')
    const text = nextCommands(4000, { colour: false, ascii: true }, { PATH: join(folder, path) }, folder)
    expect(existsSync(join(folder, path, 'sluice'))).toBe(true)
    expect(text).toContain(`\n  ${name} resume tour\n`)
  })
})

/** Waits for texts in the output of a process. */
function texts(child: ChildProcess): (text: RegExp) => Promise<RegExpExecArray> {
  let all = ''
  let look = (): void => {}
  for (const stream of [child.stdout!, child.stderr!]) {
    stream.on('data', (bytes: Buffer) => {
      all += String(bytes)
      look()
    })
  }
  return (text) =>
    new Promise((resolve) => {
      look = () => {
        const found = text.exec(all)
        if (found !== null) resolve(found)
      }
      look()
    })
}
