import { StartedProcess } from '../../started-process.ts'

/** A process that runs a file of this folder. */
export class Child extends StartedProcess {
  constructor(file: string, ...args: readonly string[]) {
    super(new URL(file, import.meta.url), args)
  }
}
