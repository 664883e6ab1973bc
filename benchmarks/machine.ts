import { readFileSync } from 'node:fs'
import { cpus, loadavg, totalmem } from 'node:os'
import { join } from 'node:path'
import { pythonWith } from './availability.ts'
import { isInPath, outputOf } from './commands.ts'

export interface Machine {
  readonly cpu: string
  readonly cores: number
  readonly memory: number
  /** How many processes wanted to run in the last minute, before anything began. */
  readonly load: number
}

export function describeMachine(): Machine {
  return { cpu: cpus()[0]?.model.trim() ?? 'unknown', cores: cpus().length, memory: totalmem(), load: loadavg()[0]! }
}

/** Versions of everything that takes part. */
export function findVersions(): Record<string, string> {
  const versions: Record<string, string> = { node: process.versions.node, sluice: versionOf('../packages/sluice') }
  const wanted = Object.keys(readJson('package.json').dependencies ?? {})
  for (const name of wanted) {
    try {
      versions[name] = versionOf(join('node_modules', name))
    } catch {
      // It is left out, and named where that matters.
    }
  }
  for (const module of ['aiohttp', 'httpx']) {
    const python = pythonWith(module)
    if (python === undefined) continue
    const told = outputOf(python, '-c', `import sys, ${module}; print(${module}.__version__, sys.version.split()[0])`)
    const [own, ofPython] = told!.split(' ')
    versions[module] = `${own} (Python ${ofPython})`
  }
  if (isInPath('curl')) versions.curl = outputOf('curl', '--version')!.split(' ')[1]!
  return versions
}

interface PackageJson {
  readonly version?: string
  readonly dependencies?: Readonly<Record<string, string>>
}

function versionOf(folder: string): string {
  return readJson(join(folder, 'package.json')).version!
}

function readJson(path: string): PackageJson {
  return JSON.parse(readFileSync(join(import.meta.dirname, path), 'utf8')) as PackageJson
}
