import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { bundled } from '../../../../../../test/bundled.ts'
import { StartedProcess } from '../../started-process.ts'

const child = pathToFileURL(await bundled(join(import.meta.dirname, 'child.ts')))

/** A process that runs a file of this folder. */
export class Child extends StartedProcess {
  constructor(file: 'child.ts' | 'load.ts', ...args: readonly string[]) {
    // A bundle starts faster; what a process loads is seen with the sources only.
    super(file === 'child.ts' ? child : new URL(file, import.meta.url), args)
  }
}
