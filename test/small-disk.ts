import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { getuid } from 'node:process'

/** An in-memory disk that fills up quickly, and can be made read-only. Needs root, and is not available everywhere. */
export class SmallDisk implements Disposable {
  readonly path: string

  private constructor(path: string) {
    this.path = path
  }

  static tryMake(megabytes: number): SmallDisk | undefined {
    if (getuid?.() !== 0) return undefined
    const path = mkdtempSync(join(tmpdir(), 'sluice-disk-'))
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', path], { stdio: 'ignore' })
      return new SmallDisk(path)
    } catch {
      rmdirSync(path)
      return undefined
    }
  }

  remount(how: 'ro' | 'rw'): void {
    execFileSync('mount', ['-o', `remount,${how}`, this.path])
  }

  [Symbol.dispose](): void {
    // Lazy unmount: a failed test may have left files open.
    execFileSync('umount', ['-l', this.path])
    rmdirSync(this.path)
  }
}
