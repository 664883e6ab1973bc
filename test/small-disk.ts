import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { getuid } from 'node:process'

/** A disk in memory that is soon full, and can be made read-only. Only root can have one, and not everywhere. */
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
    // Lazily: a test that failed may have left files open.
    execFileSync('umount', ['-l', this.path])
    rmdirSync(this.path)
  }
}
