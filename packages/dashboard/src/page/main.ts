import type { LiveGateway } from '../live-gateway.ts'
import type { Control, LiveRun } from '../live-run.ts'
import type { RunList } from '../run-list.ts'
import { gatewayVerdict, gatewayViewOf } from './gateway-view.ts'
import { runsViewOf, verdictOf } from './runs-view.ts'
import { viewOf } from './view.ts'

const focusable = '[tabindex], summary, a, button'
const shown = new WeakMap<HTMLElement, string>()
const status = byId('connection')
let isEnded = false
/** True while the server reports an error, or sends no snapshots. */
let hasProblem = false
/** Milliseconds without a snapshot after which the page reports it. Snapshots arrive every second. */
const silentAfterMs = 4_000
let heardAt = performance.now()

const source = new EventSource('events')
source.addEventListener('picture', ({ data }) => {
  heardAt = performance.now()
  const picture = JSON.parse(data as string) as LiveRun | RunList | LiveGateway
  if ('report' in picture) show(picture)
  else if ('upstreams' in picture) showGateway(picture)
  else showList(picture)
  if (hasProblem) tell('')
  hasProblem = false
})
source.addEventListener('trouble', ({ data }) => {
  heardAt = performance.now()
  hasProblem = true
  tell(data as string)
})
source.addEventListener('open', () => {
  heardAt = performance.now()
  tell('')
})
setInterval(() => {
  // A suspended process keeps its connection open.
  if (isEnded || hasProblem || source.readyState !== EventSource.OPEN) return
  if (performance.now() - heardAt < silentAfterMs) return
  hasProblem = true
  tell('Nothing was heard for some seconds: the process is stopped or busy. These are its last figures.')
}, 1_000)
source.addEventListener('error', () => {
  if (!isEnded) tell('No connection: the process has ended, or this machine was asleep. Trying again.')
})

for (const button of document.querySelectorAll<HTMLButtonElement>('button[data-action]')) {
  button.addEventListener('click', () => void send(controlOf(button)))
}
for (const action of ['concurrency', 'rate', 'priority'] as const) {
  document.getElementById(`${action}-form`)?.addEventListener('submit', (event) => {
    event.preventDefault()
    const { value } = byId(action) as HTMLInputElement
    void send(action === 'rate' ? { action, value } : { action, value: Number(value) })
  })
}

function controlOf({ dataset }: HTMLButtonElement): Control {
  return { action: dataset.action as 'pause' | 'continue' | 'stop' }
}

async function send(control: Control): Promise<void> {
  const answer = await fetch('control', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(control),
  }).catch(() => undefined)
  tell(answer === undefined ? 'No connection.' : answer.ok ? '' : await answer.text())
}

function show(run: LiveRun): void {
  fillIn(viewOf(run))
  document.title = `${run.report.done} done: Sluice`
  if (run.state === 'ended') end('run')
  byId('controls').hidden = isEnded
  byId('pause').hidden = run.state !== 'running'
  byId('continue').hidden = run.state !== 'paused' && run.state !== 'idle'
  byId('priority-form').hidden = run.priority === undefined
  fill('concurrency', run.concurrency || undefined)
  fill('priority', run.priority)
}

function showGateway(gateway: LiveGateway): void {
  fillIn(gatewayViewOf(gateway))
  document.title = `${gatewayVerdict(gateway)}: Sluice`
  if (gateway.state === 'ended') end('gateway')
}

function end(what: string): void {
  isEnded = true
  source.close()
  tell(`The ${what} has ended. This page keeps its last figures.`)
  status.className = 'calm'
}

function fillIn(view: Readonly<Record<string, { toString: () => string } | undefined>>): void {
  for (const [id, content] of Object.entries(view)) update(byId(id), content?.toString() ?? '')
}

function showList(list: RunList): void {
  fillIn(runsViewOf(list))
  document.title = `${verdictOf(list)}: Sluice`
}

/** Shows the current value, unless the input has focus. */
function fill(id: string, value: number | undefined): void {
  const input = byId(id) as HTMLInputElement
  if (document.activeElement !== input && value !== undefined) input.value = String(value)
}

/** Replaces the content of an element if it changed. Open details, scroll positions and focus are preserved. */
function update(element: HTMLElement, content: string): void {
  if (shown.get(element) === content) return
  shown.set(element, content)
  const open = Array.from(element.querySelectorAll('details'), (one) => one.open)
  const scrolled = Array.from(element.querySelectorAll('.scroll'), ({ scrollLeft, scrollTop }) => [
    scrollLeft,
    scrollTop,
  ])
  const focused = Array.from(element.querySelectorAll<HTMLElement>(focusable)).indexOf(
    document.activeElement as HTMLElement,
  )
  // Trusted markup, in which all external text is escaped.
  element.innerHTML = content
  for (const [index, one] of element.querySelectorAll('details').entries()) one.open = open[index] ?? false
  for (const [index, one] of element.querySelectorAll('.scroll').entries())
    one.scrollTo(...((scrolled[index] ?? [0, 0]) as [number, number]))
  if (focused !== -1) element.querySelectorAll<HTMLElement>(focusable)[focused]?.focus({ preventScroll: true })
}

function tell(text: string): void {
  status.textContent = text
}

function byId(id: string): HTMLElement {
  const element = document.getElementById(id)
  if (element === null) throw new Error(`the page has no element ${id}`)
  return element
}
