import type { RunBar } from '@sluice/report'
import { type Markup, markup } from '@sluice/report/markup'
import { attemptBars, countText, dataCode, dataText, durationText, table, tiles } from '@sluice/report/parts'
import type { FoundCall } from '../found-calls.ts'

/** Button with the id of a call, which opens its details. */
export function callButton({ index, id }: RunBar, length = 160): Markup {
  return markup`<button type="button" class="link" data-call="${index}">${dataCode(id, length)}</button>`
}

/** Calls that were found; undefined without any. */
export function foundTable(calls: readonly FoundCall[]): Markup | undefined {
  if (calls.length === 0) return undefined
  return table(calls, {
    caption: 'Calls that were found; each opens its details',
    hidesCaption: true,
    columns: [
      ['Call', 'text', ({ call }) => callButton(call)],
      ['Result', 'number', ({ call, ending }) => [dataText(ending, 40), call.ok ? '' : ' failed']],
      ['Attempts', 'number', ({ call }) => countText(call.attempts)],
      ['Took', 'number', ({ call }) => durationText(phasesOf(call).reduce((sum, [, ms]) => sum + ms, 0))],
      ['After', 'number', ({ atMs }) => durationText(atMs)],
      ['Message', 'text', ({ message }) => (message === undefined ? '' : dataText(message, 120))],
    ],
  })
}

/** Where the time of a call went. */
function phasesOf({ queuedMs, backoffMs, connectMs, firstByteMs, bodyMs }: RunBar): [name: string, ms: number][] {
  return [
    ['Queued', queuedMs],
    ['Between attempts', backoffMs],
    ['Connecting', connectMs],
    ['First byte', firstByteMs],
    ['Rest', bodyMs],
  ]
}

/** Details of one call: its times, its attempts and its headers. */
export function callDetails({ call, url, ending, message, requestHeaders, responseHeaders }: FoundCall): Markup {
  const { tries } = call
  return markup`<p>${dataCode(url ?? call.id, 300)}</p>
<p class="aside">${call.ok ? 'Succeeded' : 'Failed'}: ${dataText(ending, 60)}${message === undefined ? undefined : markup`, ${dataText(message)}`}, ${countText(call.attempts)} ${call.attempts === 1 ? 'attempt' : 'attempts'}</p>
${tiles(phasesOf(call).map(([name, ms]) => [name, durationText(ms)]))}${
  tries === undefined ? undefined : attemptBars([{ ...call, tries }])
}${headerTable('Request headers', requestHeaders)}${headerTable('Response headers', responseHeaders)}${
  requestHeaders === undefined && responseHeaders === undefined
    ? markup`<p class="aside">No headers were kept of this call.</p>`
    : undefined
}`
}

function headerTable(title: string, headers: Readonly<Record<string, string>> | undefined): Markup | undefined {
  const all = Object.entries(headers ?? {})
  if (all.length === 0) return undefined
  return markup`<h3>${title}</h3>${table(all, {
    caption: `${title}, with secrets masked`,
    hidesCaption: true,
    columns: [
      ['Name', 'text', ([name]) => dataCode(name)],
      ['Value', 'text', ([, value]) => dataCode(value)],
    ],
  })}`
}
