import { createHash } from 'node:crypto'
import { PassThrough } from 'node:stream'
import type { WriteStream } from 'node:tty'
import { keyHelp } from '../packages/cli/src/terminal/keys.ts'
import { reportProgress } from '../packages/cli/src/terminal/progress.ts'
import { summaryText } from '../packages/cli/src/terminal/summary-text.ts'
import { exampleProgress } from '../packages/cli/test/example-summary.ts'
import { viewOf } from '../packages/dashboard/src/page/view.ts'
import { pageShell, pageStyles } from '../packages/dashboard/src/page-shell.ts'
import { sampleLive } from '../packages/dashboard/test/live-sample.ts'

/** Hash of what the page and the terminal show of a run that is made up: it differs when the pictures would. */
export function drawnHash(): string {
  const run = sampleLive()
  const style = { colour: true, ascii: false }
  const summary = { ...run.report, exitCode: 0, concurrency: run.concurrency, isAuto: false, limitedBy: 'rate 120/s' }
  const texts = [
    pageShell('run', false),
    pageStyles,
    ...Object.entries(viewOf(run)).map(([id, content]) => `${id}: ${content}`),
    keyHelp,
    summaryText(summary, style),
    progressLine(),
  ]
  return createHash('sha256').update(texts.join('\n')).digest('hex')
}

/** Progress of a run as a terminal gets it. */
function progressLine(): string {
  const stream = Object.assign(new PassThrough(), { columns: 200 }) as unknown as WriteStream
  const facts = { concurrency: 20, isPaused: false, isStopping: false, heldBy: new Set(['rate 150/s']), troubles: [] }
  const reporter = reportProgress('bar', { progress: () => exampleProgress, facts: () => facts }, stream, {
    ascii: false,
  })
  reporter.refresh()
  reporter.close()
  return String((stream as unknown as PassThrough).read())
}
