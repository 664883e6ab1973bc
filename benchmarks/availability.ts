import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { isInPath, outputOf } from './commands.ts'
import type { Peer } from './peers/index.ts'

/** The system's own first: that is where Debian puts the modules. */
const pythons = ['/usr/bin/python3', 'python3']

/** The Python that has a module. */
export function pythonWith(module: string): string | undefined {
  return pythons.find((python) => outputOf(python, '-c', `import ${module}`) !== undefined)
}

/** Why a peer cannot take part, if so. */
export function whyLeftOut({ file, needs }: Peer): string | undefined {
  for (const needed of needs) {
    if (file.endsWith('.py')) {
      if (pythonWith(needed) === undefined) return `no Python here has ${needed}`
    } else if (file.endsWith('.sh')) {
      if (!isInPath(needed)) return `there is no ${needed} here`
      if (!existsSync('/usr/bin/time')) return 'there is no /usr/bin/time here to measure it with'
    } else if (!existsSync(join(import.meta.dirname, 'node_modules', needed))) return `${needed} is not installed`
  }
  return undefined
}
