import type { WriteStream } from 'node:tty'
import type { Progress } from 'sluice'
import { type ProgressKind, type ProgressReporter, reportLines } from './line-reporter.ts'
import { type LiveFacts, progressText } from './progress-text.ts'

/** What is asked each time something is to be shown. */
export interface ProgressSource {
  progress(): Progress
  facts(): LiveFacts
}

/** Starts to show the progress of a run on `stream`. */
export function reportProgress(
  kind: ProgressKind,
  source: ProgressSource,
  stream: WriteStream,
  style: { readonly ascii: boolean },
): ProgressReporter {
  return reportLines(
    kind,
    {
      text: () => progressText(source.progress(), source.facts()),
      json: () => ({ progress: source.progress() }),
    },
    stream,
    style,
  )
}
