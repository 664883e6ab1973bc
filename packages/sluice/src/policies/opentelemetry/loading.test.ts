import { execFile } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { execPath } from 'node:process'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'

const source = resolve(import.meta.dirname, '../..')

/** Modules of OpenTelemetry that a fresh process has loaded after each of some imports. */
async function loadedAfter(names: readonly string[]): Promise<string[][]> {
  const program = `
    import { registerHooks } from 'node:module'
    const loaded = new Set()
    registerHooks({
      resolve(name, context, next) {
        if (name.startsWith('@opentelemetry/')) loaded.add(name)
        return next(name, context)
      },
    })
    const { createClient } = await import('sluice')
    const after = []
    for (const name of ${JSON.stringify(names)}) {
      await import(name)
      await createClient().close()
      after.push([...loaded])
    }
    console.log(JSON.stringify(after))
  `
  const args = ['--conditions=@sluice/source', '--input-type=module', '--eval', program]
  const { stdout } = await promisify(execFile)(execPath, args, { cwd: source })
  return JSON.parse(stdout) as string[][]
}

describe('the API of OpenTelemetry', () => {
  it('is not loaded by sluice and its other entry points, and is by sluice/opentelemetry', async () => {
    const others = ['sluice', 'sluice/policies', 'sluice/auth', 'sluice/runs']
    const loaded = await loadedAfter([...others, 'sluice/opentelemetry'])
    const expected = [...others.map(() => []), ['@opentelemetry/api']]
    expect(loaded).toEqual(expected)
  })

  it('is imported by the files of one folder', () => {
    const files = globSync('**/*.ts', { cwd: source }).filter((file) => !file.endsWith('.test.ts'))
    const importing = files.filter((file) => readFileSync(join(source, file), 'utf8').includes("'@opentelemetry/"))
    expect(importing).toEqual(['policies/opentelemetry/open-telemetry.ts', 'policies/opentelemetry/server-span.ts'])
  })
})
