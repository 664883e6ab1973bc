import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { openWriter } from './open-writer.ts'
import { lockOutput } from './output-lock.ts'

const folder = mkdtempSync(join(tmpdir(), 'sluice-lock-'))
afterAll(() => rmSync(folder, { recursive: true }))

describe('the lock of an output', () => {
  it.each(['a.jsonl', 'a.csv', 'a.db', 'a.parquet'])(
    'keeps a second writer from %s until the first has ended',
    async (name) => {
      const path = join(folder, name)
      const first = await openWriter(path)
      await expect(openWriter(path)).rejects.toThrow(
        `${path}: another process is writing this file; wait until it ends, or choose another name`,
      )
      await first.writer.write({ index: 0, id: 'a' })
      await first.writer.close()
      const second = await openWriter(path)
      await second.writer.abort()
      expect(readdirSync(folder).filter((file) => file.endsWith('.lock'))).toEqual([])
    },
  )

  it('holds for what is added to a file as well', async () => {
    const path = join(folder, 'added.jsonl')
    const first = await openWriter(path, { append: true })
    await expect(openWriter(path, { append: true })).rejects.toThrow('another process')
    await first.writer.write({ a: 1 })
    await first.writer.close()
    expect(readFileSync(path, 'utf8')).toBe('{"a":1}\n')
  })

  it('dies with its process, however it dies', async () => {
    const path = join(folder, 'killed')
    const code = `import { lockOutput } from ${JSON.stringify(join(import.meta.dirname, 'output-lock.ts'))}
      await lockOutput('x', ${JSON.stringify(path)})
      console.log('locked')
      setInterval(() => {}, 1_000)`
    const child = spawn(process.execPath, ['--conditions=@sluice/source', '--input-type=module', '-e', code])
    await once(child.stdout, 'data')
    await expect(lockOutput('x', path)).rejects.toThrow('another process')
    child.kill('SIGKILL')
    await once(child, 'exit')
    expect(existsSync(`${path}.lock`)).toBe(true)
    const unlock = await lockOutput('x', path)
    await unlock()
    expect(existsSync(`${path}.lock`)).toBe(false)
  })

  it('released twice takes nothing from its next holder', async () => {
    const path = join(folder, 'twice')
    const first = await lockOutput('x', path)
    await first()
    const second = await lockOutput('x', path)
    await first()
    await expect(lockOutput('x', path)).rejects.toThrow('another process')
    await second()
  })
})
