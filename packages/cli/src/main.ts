import process from 'node:process'
import { CommanderError } from 'commander'
import type { Io, Outcome } from './io.ts'
import { runProgram } from './program.ts'

// The only file that exits the process.

const io: Io = { stdin: process.stdin, stdout: process.stdout, stderr: process.stderr, env: process.env }

// The reader of stderr may have closed it; results have their own check.
process.stderr.on('error', () => {})
let stdoutError: NodeJS.ErrnoException | undefined
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') stdoutError ??= error
})

// Normal exits call `process.exit`. This handles a settings file with a top-level await that never settles.
process.once('beforeExit', () => {
  process.stderr.write(
    'error: the command did not start: a settings file waits for something that never happens (top-level await)\n',
  )
  process.exit(2)
})

const outcome: Outcome = { exitCode: 0 }
try {
  await runProgram(io, outcome, process.argv.slice(2))
} catch (error) {
  outcome.exitCode = await exitCodeFor(error)
}
// Pending output is flushed before the process exits, unless its reader has closed the stream.
await Promise.all([flushed(process.stdout), flushed(process.stderr)])
// Errors of the last write arrive one event-loop turn later.
await new Promise(setImmediate)
if (stdoutError !== undefined && outcome.exitCode === 0) {
  const { writeError } = await import('./outputs/output-errors.ts')
  process.stderr.write(`error: ${writeError('stdout', stdoutError).message}\n`)
  outcome.exitCode = 1
}
process.exit(outcome.exitCode)

async function exitCodeFor(error: unknown): Promise<number> {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return 0
    // commander has already printed its own messages.
    if (error.code.startsWith('sluice.')) process.stderr.write(`error: ${error.message}\n`)
    return 2
  }
  if (error instanceof Error && 'syscall' in error && error.syscall === 'uv_cwd') {
    process.stderr.write('error: the current folder has been removed; change to another one\n')
    return 2
  }
  const { redactUrls } = await import('./outputs/redactor.ts')
  if (isForPeople(error)) {
    process.stderr.write(`error: ${redactUrls(error.message)}\n`)
    return 2
  }
  if (error instanceof Error && error.name === 'OutputError') {
    process.stderr.write(`error: ${redactUrls(error.message)}\n`)
    return 1
  }
  process.stderr.write(`internal error: ${redactUrls(String(error instanceof Error ? error.stack : error))}\n`)
  return 1
}

/**
 * True for errors of Sluice, whose messages are for users. Checked by code, because the library is loaded only when a
 * verb needs it.
 */
function isForPeople(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('SLUICE_')
}

function flushed(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    if (stream.destroyed || stream.writableLength === 0) resolve()
    else stream.write('', () => resolve())
  })
}
