import { execFile } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { execPath } from 'node:process'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'

const source = resolve(import.meta.dirname, '../..')

/** Modules of OpenTelemetry that a fresh process loads when it imports this. */
async function loadedBy(name: string): Promise<string[]> {
  const program = `
    import { registerHooks } from 'node:module'
    const loaded = []
    registerHooks({
      resolve(name, context, next) {
        if (name.startsWith('@opentelemetry/')) loaded.push(name)
        return next(name, context)
      },
    })
    const { createClient } = await import('sluice')
    await import('${name}')
    await createClient().close()
    console.log(JSON.stringify([...new Set(loaded)]))
  `
  const args = ['--conditions=@sluice/source', '--input-type=module', '--eval', program]
  const { stdout } = await promisify(execFile)(execPath, args, { cwd: source })
  return JSON.parse(stdout) as string[]
}

describe('the API of OpenTelemetry', () => {
  it.each(['sluice', 'sluice/policies', 'sluice/auth', 'sluice/runs'])('is not loaded by %s', async (name) => {
    expect(await loadedBy(name)).toEqual([])
  })

  it('is loaded by sluice/opentelemetry', async () => {
    expect(await loadedBy('sluice/opentelemetry')).toEqual(['@opentelemetry/api'])
  })

  it('is imported by one file', () => {
    const files = globSync('**/*.ts', { cwd: source }).filter((file) => !file.endsWith('.test.ts'))
    const importing = files.filter((file) => readFileSync(join(source, file), 'utf8').includes("'@opentelemetry/"))
    expect(importing).toEqual(['policies/opentelemetry/open-telemetry.ts'])
  })
})
