import type { LiveGateway } from '../live-gateway.ts'
import type { Control, LiveRun } from '../live-run.ts'
import type { RunList } from '../run-list.ts'
import { byId, fillIn, openDialog, tell } from './elements.ts'
import { followSearch, openCall, repeatSearch } from './find-calls.ts'
import { gatewayVerdict, gatewayViewOf } from './gateway-view.ts'
import { runsViewOf, verdictOf } from './runs-view.ts'
import { followSnapshots } from './snapshots.ts'
import { afterDrawing, followTime, shownRange } from './time-axis.ts'
import { retryText, viewOf } from './view.ts'

/** Last snapshot of the run, or of the list of runs. */
let last: LiveRun | undefined
let lastList: RunList | undefined
let isEnded = false
/** True while the connection is open. */
let isOpen = false
/** True while the server reports an error, or sends no snapshots. */
let hasProblem = false
/** Milliseconds without a snapshot after which the page reports it. Snapshots arrive every second. */
const silentAfterMs = 4_000
let heardAt = 0
let close: () => void = () => {}

const problems = {
  error: 'No connection: the process has ended, or this machine was asleep. Trying again.',
  refused: 'The server refuses: too many pages are open, or this address is of an earlier process. Trying again.',
} as const

/** Fills the page and connects its controls. */
export function startPage(): void {
  follow()
  // A page that comes back from the browser's cache has lost its stream.
  addEventListener('pageshow', ({ persisted }) => persisted && !isEnded && follow())
  setInterval(() => {
    // A suspended process keeps its connection open.
    if (isEnded || hasProblem || !isOpen || performance.now() - heardAt < silentAfterMs) return
    hasProblem = true
    tell('Nothing was heard for some seconds: the process is stopped or busy. These are its last figures.')
  }, 1_000)
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
  document.addEventListener('click', ({ target }) => {
    const { call, retry } = (target as Element).closest<HTMLElement>('[data-call], [data-retry]')?.dataset ?? {}
    if (call !== undefined) void openCall(call)
    if (retry !== undefined) confirmRetry(retry)
  })
  document.getElementById('runs-text')?.addEventListener('input', () => lastList !== undefined && showList(lastList))
  if (document.getElementById('find') !== null) {
    followSearch()
    followTime(() => last !== undefined && draw(last))
    byId('save').addEventListener('click', () => savePage(`sluice ${last?.report.title ?? ''}`))
  }
}

function follow(): void {
  close = followSnapshots((kind, data) => {
    if (isEnded) return
    heardAt = performance.now()
    isOpen = kind !== 'error' && kind !== 'refused'
    if (kind === 'picture') {
      const picture = JSON.parse(data) as LiveRun | RunList | LiveGateway
      if ('report' in picture) show(picture)
      else if ('upstreams' in picture) showGateway(picture)
      else showList(picture)
    }
    const problem = kind === 'trouble' ? data : kind === 'error' || kind === 'refused' ? problems[kind] : undefined
    if (problem !== undefined) tell(problem)
    else if (hasProblem && !isEnded) tell('')
    hasProblem = problem !== undefined
  })
}

function controlOf({ dataset }: HTMLButtonElement): Control {
  return { action: dataset.action as 'pause' | 'continue' | 'stop' }
}

/** Asks before failures are put back: all, or those of one row of the errors. */
function confirmRetry(row: string): void {
  if (last === undefined) return
  const error = last.report.errors[Number(row)]
  const count = error?.count ?? last.report.failed
  const action = { name: `Put back ${count}`, run: () => void retry(error) }
  openDialog(`[data-retry="${row}"]`, 'Retry failures', retryText(count, error), action)
}

async function retry(error: { readonly code: string; readonly message: string } | undefined): Promise<void> {
  const isDone = await send(
    error === undefined
      ? { action: 'retry' }
      : { action: 'retry', error: { code: error.code, message: error.message } },
  )
  // The page of a finished run has closed its stream.
  if (!isEnded || !isDone) return
  isEnded = false
  byId('connection').className = ''
  follow()
}

/** Sends a control command, and shows what it led to. Returns whether it was obeyed. */
async function send(control: Control): Promise<boolean> {
  const answer = await fetch('control', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(control),
  }).catch(() => undefined)
  tell(answer === undefined ? 'No connection.' : await answer.text())
  return answer?.ok === true
}

function draw(run: LiveRun): void {
  fillIn(viewOf(run, shownRange()))
  afterDrawing(run)
}

function show(run: LiveRun): void {
  last = run
  draw(run)
  document.title = `${run.report.done} done: Sluice`
  if (run.state === 'ended') end('run')
  byId('controls').hidden = isEnded && run.canRetry !== true
  for (const id of ['concurrency-form', 'rate-form', 'stop']) byId(id).hidden = isEnded
  byId('retry').hidden = run.canRetry !== true
  byId('pause').hidden = run.state !== 'running'
  byId('continue').hidden = run.state !== 'paused' && run.state !== 'idle'
  byId('priority-form').hidden = run.priority === undefined || isEnded
  fill('concurrency', run.concurrency || undefined)
  fill('priority', run.priority)
  repeatSearch()
}

function showGateway(gateway: LiveGateway): void {
  fillIn(gatewayViewOf(gateway))
  document.title = `${gatewayVerdict(gateway)}: Sluice`
  if (gateway.state === 'ended') end('gateway')
}

function end(what: string): void {
  isEnded = true
  close()
  tell(`The ${what} has ended. This page keeps its last figures.`)
  byId('connection').className = 'calm'
}

function showList(list: RunList): void {
  lastList = list
  fillIn(runsViewOf(list, byId<HTMLInputElement>('runs-text').value))
  document.title = `${verdictOf(list)}: Sluice`
}

/** Shows the current value, unless the input has focus. */
function fill(id: string, value: number | undefined): void {
  const input = byId(id) as HTMLInputElement
  if (document.activeElement !== input && value !== undefined) input.value = String(value)
}

/** Parts of the page that do nothing in a file. */
const useless = 'script, link, dialog, form, #controls, #connection, #time, #more, #save, button:not(.link)'

/** Saves what the page shows as one HTML file, without scripts, links and external resources. */
function savePage(name: string): void {
  const copy = document.documentElement.cloneNode(true) as HTMLElement
  for (const element of copy.querySelectorAll(useless)) element.remove()
  // Their texts stay.
  for (const element of copy.querySelectorAll('main a, button')) element.replaceWith(...element.childNodes)
  const policy = document.createElement('meta')
  policy.httpEquiv = 'Content-Security-Policy'
  policy.content = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
  const style = document.createElement('style')
  const rules = Array.from(document.styleSheets, ({ cssRules }) => Array.from(cssRules, ({ cssText }) => cssText))
  style.textContent = rules.flat().join('\n')
  copy.querySelector('head')?.append(policy, style)
  const footer = copy.querySelector('footer p')
  if (footer !== null) footer.textContent = `Saved from the live page on ${new Date().toISOString()}.`
  const url = URL.createObjectURL(new Blob([`<!DOCTYPE html>\n${copy.outerHTML}`], { type: 'text/html' }))
  const link = document.createElement('a')
  link.href = url
  link.download = `${name.replace(/[^\p{L}\p{N}._-]+/gu, '-').slice(0, 80) || 'run'}.html`
  link.click()
  URL.revokeObjectURL(url)
}
