import { markup } from '@sluice/report/markup'
import { countText } from '@sluice/report/parts'
import type { FoundCall, FoundCalls } from '../found-calls.ts'
import { byId, fillIn, openDialog, tell } from './elements.ts'
import { callDetails, foundTable } from './found-view.ts'

/** Number of calls added by each page of a search, and the maximum that is shown. */
const pageSize = 50
const mostShown = 1_000
/** Milliseconds after the last key until a search starts. */
const typingMs = 250

let query = ''
let wanted = pageSize
let next: number | undefined
let calls: readonly FoundCall[] = []
let asking: AbortController | undefined
let typing: ReturnType<typeof setTimeout> | undefined

/** Connects the form that searches the calls of the run. */
export function followSearch(): void {
  const form = document.getElementById('find') as HTMLFormElement | null
  form?.addEventListener('submit', (event) => {
    event.preventDefault()
    start(queryOf(form))
  })
  form?.addEventListener('input', () => {
    clearTimeout(typing)
    typing = setTimeout(() => {
      const typed = queryOf(form)
      if (typed === '') forget()
      else if (typed !== query) start(typed)
    }, typingMs)
  })
  fromAddress(form)
  byId('more').addEventListener('click', () => {
    wanted += pageSize
    void search(calls)
  })
}

/** Repeats a search of a run in progress: of the first page, so that it stays where it is. */
export function repeatSearch(): void {
  if (byId('find').dataset.live === undefined || query === '' || asking !== undefined || document.hidden) return
  if (byId<HTMLDialogElement>('dialog').open) return
  start(query, true)
}

/** Opens the details of a call. */
export async function openCall(index: string): Promise<void> {
  const found = await ask(`index=${index}`)
  if (typeof found === 'string') return tell(found)
  const [call] = found.calls
  if (call === undefined) return tell('This call is not kept any more.')
  openDialog(`[data-call="${index}"]`, 'Call', callDetails(call))
}

function queryOf(form: HTMLFormElement): string {
  const fields = new URLSearchParams(new FormData(form) as unknown as URLSearchParams)
  for (const [name, value] of [...fields]) if (value.trim() === '') fields.delete(name)
  return fields.toString()
}

/** Starts the search that the address of the page names, as after a reload or in a link that was sent to a colleague. */
function fromAddress(form: HTMLFormElement | null): void {
  const fields = new URLSearchParams(location.hash.slice(1))
  for (const [name, value] of fields) {
    const field = form?.elements.namedItem(name)
    if (!(field instanceof HTMLInputElement)) continue
    if (field.type === 'checkbox') field.checked = true
    else field.value = value
  }
  if (form !== null && location.hash.length > 1 && queryOf(form) !== '') start(queryOf(form))
}

function forget(): void {
  asking?.abort()
  asking = undefined
  query = ''
  history.replaceState(null, '', location.pathname)
  calls = []
  next = undefined
  show('')
}

function start(given: string, isRepeated = false): void {
  asking?.abort()
  clearTimeout(typing)
  query = given
  if (!isRepeated) history.replaceState(null, '', `#${given}`)
  wanted = pageSize
  next = undefined
  void search([], isRepeated)
}

/**
 * Asks for parts of the calls until as many are there as are wanted, or all were looked at. A search that is repeated
 * leaves what is shown until it has ended.
 */
async function search(before: readonly FoundCall[], isRepeated = false): Promise<void> {
  const own = new AbortController()
  asking = own
  const abandoned = (): boolean => asking !== own
  let gathered = before
  for (;;) {
    const after: string = next === undefined ? '' : `&after=${next}`
    const found = await ask(query + after, own.signal)
    if (abandoned()) return
    if (typeof found === 'string') {
      asking = undefined
      return show(found)
    }
    gathered = [...gathered, ...found.calls]
    next = found.next
    if (next === undefined || gathered.length >= wanted) break
    if (isRepeated) continue
    calls = gathered
    show(`Searching: ${foundText()} up to item ${countText(next + 1)}.`)
  }
  asking = undefined
  calls = gathered
  show(`${foundText()}${next === undefined ? '' : ', and there may be more'}.`)
}

function foundText(): string {
  return calls.length === 0
    ? 'no call found'
    : `${countText(calls.length)} ${calls.length === 1 ? 'call' : 'calls'} found`
}

function show(note: string): void {
  byId('found-note').textContent = note.charAt(0).toUpperCase() + note.slice(1)
  fillIn({ found: foundTable(calls) ?? markup`` })
  byId('more').hidden = asking !== undefined || next === undefined || calls.length >= mostShown
}

/** Answer of the server, or the reason why there is none. */
async function ask(parameters: string, signal?: AbortSignal): Promise<FoundCalls | string> {
  const answer = await fetch(`calls?${parameters}`, signal === undefined ? {} : { signal }).catch(() => undefined)
  if (answer === undefined) return 'No connection.'
  return answer.ok ? ((await answer.json()) as FoundCalls) : await answer.text()
}
