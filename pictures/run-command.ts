import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { env, execPath } from 'node:process'

const command = join(import.meta.dirname, '../packages/cli/bin/sluice.js')

/** A command at work on a terminal. */
export interface TerminalRun {
  /** Everything it has written so far. */
  output(): string
  /** Presses a key. */
  press(key: string): void
  /** Milliseconds until the pattern is in the output are bounded. @throws Error if it never comes */
  until(pattern: RegExp): Promise<RegExpExecArray>
  /** Resolves when the command has ended. */
  readonly ended: Promise<void>
}

/** Milliseconds to wait for something in the output. */
const patience = 20_000

/** Starts the command on a pseudo terminal of so many columns, which `script` of util-linux makes. */
export function runOnTerminal(args: readonly string[], columns: number, cwd: string): TerminalRun {
  const quoted = [execPath, command, ...args].map((text) => `'${text.replaceAll("'", `'\\''`)}'`).join(' ')
  const child = spawn('script', ['-qfec', `stty cols ${columns} rows 40; exec ${quoted}`, '/dev/null'], {
    cwd,
    env: { ...env, TERM: 'xterm-256color', LANG: 'C.UTF-8', LC_ALL: 'C.UTF-8', CI: '', NO_COLOR: '', FORCE_COLOR: '' },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
  })
  child.stdin.on('error', () => {})
  const ended = new Promise<void>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', () => resolve())
  })
  return {
    output: () => output,
    press: (key) => void child.stdin.write(key),
    ended,
    async until(pattern) {
      const isOver = performance.now() + patience
      while (performance.now() < isOver) {
        const match = pattern.exec(output)
        if (match !== null) return match
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
      throw new Error(`the command has not written ${pattern} but: ${output}`)
    },
  }
}
