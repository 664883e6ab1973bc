import { spawn } from 'node:child_process'
import type { RunSummary } from '../figures/run-figures.ts'
import type { Terminal } from '../terminal/terminal.ts'

/** Time limit in milliseconds for the command of `--on-end`. */
const longest = 60_000

/** Runs the command of `--on-end` with the summary on its stdin. Its output goes to stderr; a failure is a warning. */
export async function runOnEnd(command: string, summary: RunSummary, terminal: Terminal): Promise<void> {
  const child = spawn(command, { shell: true, stdio: ['pipe', 'pipe', 'pipe'], detached: process.platform !== 'win32' })
  const say = (bytes: Buffer): void => terminal.say(bytes.toString('utf8'))
  child.stdout.on('data', say)
  child.stderr.on('data', say)
  // The command may not read its stdin.
  child.stdin.on('error', () => {})
  child.stdin.end(`${JSON.stringify(summary)}\n`)
  const problem = await new Promise<string | undefined>((resolve) => {
    const timer = setTimeout(() => {
      stop(child.pid)
      resolve(`was stopped after ${longest / 1_000} s`)
    }, longest)
    const end = (problem: string | undefined): void => {
      clearTimeout(timer)
      resolve(problem)
    }
    child.once('error', (error) => end(`could not be started: ${error.message}`))
    child.once('close', (code, signal) => end(code === 0 ? undefined : `ended with ${signal ?? code}`))
  })
  if (problem !== undefined) terminal.warn(`--on-end: the command ${problem}`)
}

/** Kills the command and all its child processes. */
function stop(pid: number | undefined): void {
  if (pid === undefined) return
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, 'SIGKILL')
  } catch {
    // It has ended meanwhile.
  }
}
