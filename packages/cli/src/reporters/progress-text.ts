import { formatDuration, type Progress } from 'sluice'
import { countText } from './count-text.ts'

/** What a progress line tells besides the counts. */
export interface LiveFacts {
  readonly concurrency: number
  readonly isPaused: boolean
  readonly isStopping: boolean
  readonly heldBy: ReadonlySet<string>
}

/** How far the run is, in one line: most important first, so that a narrow terminal may cut off the end. */
export function progressText(progress: Progress, facts: LiveFacts): string {
  const { total, done, failed, retries, throttled } = progress
  const parts = [
    total === undefined
      ? `${countText(done)} done`
      : `${countText(done)}/${countText(total)} ${total === 0 ? 100 : Math.floor((done * 100) / total)} %`,
    ...(failed > 0 ? [`${countText(failed)} failed`] : []),
    `${progress.rate.toFixed(1)}/s`,
    `${progress.inFlight}/${facts.concurrency} in flight`,
    ...(retries > 0 ? [`${countText(retries)} retries`] : []),
    ...(throttled > 0 ? [`${countText(throttled)} refused`] : []),
    stateOf(facts),
    timeLeft(progress),
  ]
  return parts.filter((part) => part !== undefined).join('  ')
}

function stateOf({ isPaused, isStopping, heldBy }: LiveFacts): string | undefined {
  if (isStopping) return 'stopping'
  if (isPaused) return 'paused'
  const gates = [...heldBy].filter((gate) => gate !== 'concurrency')
  return gates.length === 0 ? undefined : `held by ${gates.join(', ')}`
}

function timeLeft({ left, done, total }: Progress): string | undefined {
  if (left === undefined || done === total) return undefined
  const [low, high] = [formatDuration(left.low), formatDuration(left.high)]
  return left.high - left.low < 1_000 || low === high ? `${high} left` : `${low} to ${high} left`
}
