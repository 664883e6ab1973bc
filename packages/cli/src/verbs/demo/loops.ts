import type { RunningSimulator } from '@sluice/simulator'
import { formatDuration } from 'sluice'
import type { Io } from '../../io.ts'
import type { Terminal } from '../../terminal/terminal.ts'

/** Everything that the parts of the tour share. */
export interface Stage {
  readonly io: Io
  readonly terminal: Terminal
  readonly api: RunningSimulator
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal
  readonly products: number
  /** Requests per second that the API serves. */
  readonly rate: number
}

/** Result of one approach to the same work, with the counts of the server. */
export interface DemoRow {
  readonly title: string
  readonly items: number
  readonly succeeded: number
  readonly requests: number
  readonly refused: number
  /** Milliseconds. */
  readonly elapsed: number
}

/** Awaits each product in a loop. Measures a part: the rest would only take longer. */
export function oneAfterAnother(stage: Stage): Promise<DemoRow> {
  const items = Math.max(5, Math.round(stage.products / 33))
  return measured(stage, 'await in a loop', items, async (paths) => {
    const results: boolean[] = []
    for (const path of paths) results.push(await isFetched(stage, path))
    return results
  })
}

/** Requests all products at the same time. */
export function allAtOnce(stage: Stage): Promise<DemoRow> {
  return measured(stage, 'Promise.all', stage.products, (paths) =>
    Promise.all(paths.map((path) => isFetched(stage, path))),
  )
}

/** The same, with up to three tries for each, at once. */
export function threeTries(stage: Stage): Promise<DemoRow> {
  return measured(stage, 'Promise.all, 3 tries each', stage.products, (paths) =>
    Promise.all(
      paths.map(async (path) => {
        for (let attempt = 1; attempt <= 3; attempt++) if (await isFetched(stage, path)) return true
        return false
      }),
    ),
  )
}

async function isFetched({ api, signal }: Stage, path: string): Promise<boolean> {
  try {
    const response = await fetch(api.url + path, { signal: AbortSignal.any([signal, AbortSignal.timeout(30_000)]) })
    await response.arrayBuffer()
    return response.ok
  } catch {
    signal.throwIfAborted()
    return false
  }
}

async function measured(
  { api, terminal }: Stage,
  title: string,
  items: number,
  work: (paths: readonly string[]) => Promise<readonly boolean[]>,
): Promise<DemoRow> {
  api.simulator.reset()
  const startedAt = performance.now()
  const results = await work(Array.from({ length: items }, (_, index) => `/products/${index + 1}`))
  const elapsed = performance.now() - startedAt
  const succeeded = results.filter(Boolean).length
  const { requests, refused } = api.stats()
  const lost = items === succeeded ? 'none lost' : `${items - succeeded} lost`
  terminal.say(`  ${title}: ${succeeded} of ${items} in ${formatDuration(elapsed)}, ${lost}`)
  return { title, items, succeeded, requests, refused, elapsed }
}
