import { setTimeout as sleep } from 'node:timers/promises'
import { parseDuration, SettingsError } from 'sluice'
import type { RunStore } from 'sluice/stores'
import type { Io } from '../io.ts'
import type { ShowFlags } from '../options/store-options.ts'
import { forFlag } from '../options/values.ts'
import { progressKind } from '../reporters/line-reporter.ts'
import { Repaint } from '../reporters/repaint.ts'
import { runLine, runText } from '../reporters/run-text.ts'
import { type ShownRun, shownRun } from '../run/shown-run.ts'
import { sharingOf } from '../run/shown-sharing.ts'
import { StopSignals } from '../run/stop-signals.ts'
import { watch } from '../run/watch-run.ts'
import { SettledRate } from '../worker/settled-rate.ts'
import { knownRun } from './resume.ts'

/** What a store knows of a run right now. @throws SettingsError if there is none of this name. */
export async function lookAtRun(store: RunStore, name: string): Promise<ShownRun> {
  const run = await knownRun(store, name)
  const [tallies, shared] = await Promise.all([store.tallies(run.id), sharingOf(store, run)])
  return shownRun(run, tallies, store.name, shared)
}

/** Shows a run until it is finished: painted over on a terminal, a line each time elsewhere. Returns the exit code. */
export async function watchRun(store: RunStore, name: string, flags: ShowFlags, io: Io): Promise<number> {
  const isScreen = flags.json !== true && progressKind('auto', io.stdout, io.env) === 'bar'
  const interval = intervalOf(flags.watch, isScreen)
  const stop = new AbortController()
  const signals = new StopSignals({ onFirst: () => stop.abort(), onSecond: () => stop.abort() })
  const screen = isScreen ? new Repaint(io.stdout) : undefined
  const rate = new SettledRate()
  // Whoever read this has gone.
  io.stdout.once('error', () => stop.abort())
  try {
    const isOver = await watch({
      look: () => lookAtRun(store, name),
      isOver: (run) => run.state === 'finished',
      show(run) {
        const speed = rate.at(performance.now(), run.succeeded + run.failed)
        if (flags.json === true) io.stdout.write(`${JSON.stringify(run)}\n`)
        else if (screen === undefined) io.stdout.write(`${runLine(run, speed)}\n`)
        else screen.show(runText(run, Date.now(), speed))
      },
      sleep: () => sleep(interval, undefined, { signal: stop.signal }).catch(() => {}),
      signal: stop.signal,
    })
    if (isOver || signals.received === undefined) return 0
    return signals.received === 'SIGINT' ? 130 : 143
  } finally {
    signals.close()
  }
}

/** Once a second on a terminal; elsewhere every ten seconds, to keep logs short. */
function intervalOf(watch: ShowFlags['watch'], isScreen: boolean): number {
  if (typeof watch !== 'string') return isScreen ? 1_000 : 10_000
  const interval = forFlag('--watch', () => parseDuration('', watch))
  if (interval >= 100) return interval
  throw new SettingsError(`--watch: expected 100ms or more, got ${JSON.stringify(watch)}`)
}
