import {
  boundsOf,
  countText,
  durationText,
  type PlotArea,
  rateText,
  type TimeRange,
  thinSeries,
} from '@sluice/report/parts'
import type { LiveRun } from '../live-run.ts'
import { byId } from './elements.ts'

/** Shortest part of the time that plots show, in milliseconds. */
const shortestMs = 200
/** Minimum distance in pixels between the ends of a selection. */
const shortestDrag = 6

/** A plot over time: milliseconds at the ends of its axis, and the edges of its area in units of the drawing. */
interface TimePlot extends PlotArea {
  readonly svg: SVGSVGElement
  readonly fromMs: number
  readonly toMs: number
}

let run: LiveRun | undefined
let redraw = (): void => {}
let range: TimeRange | undefined
/** Time of the crosshair. */
let cursorMs: number | undefined
/** Time and position at which a selection began. */
let drag: { readonly ms: number; readonly x: number } | undefined

/** Connects the plots over time: crosshair, selection and keys. `draw` draws them anew after their range has changed. */
export function followTime(draw: () => void): void {
  redraw = draw
  document.addEventListener('pointermove', (event) => {
    const plot = plotAt(event.target)
    if (plot !== undefined) pointAt(timeAt(plot, event.clientX))
    else if (drag === undefined) pointAt(undefined)
  })
  document.addEventListener('pointerdown', (event) => {
    const plot = plotAt(event.target)
    // A finger scrolls the plot.
    if (plot === undefined || event.button !== 0 || event.pointerType === 'touch') return
    event.preventDefault()
    drag = { ms: timeAt(plot, event.clientX), x: event.clientX }
  })
  document.addEventListener('pointerup', (event) => {
    const from = drag
    drag = undefined
    if (from === undefined || cursorMs === undefined) return
    if (Math.abs(event.clientX - from.x) < shortestDrag) mark()
    else zoomTo(Math.min(from.ms, cursorMs), Math.max(from.ms, cursorMs))
  })
  document.addEventListener('dblclick', ({ target }) => plotAt(target) && zoomTo())
  document.addEventListener('keydown', onKey)
  for (const [id, factor] of [
    ['zoom-in', 0.5],
    ['zoom-out', 2],
  ] as const)
    byId(id).addEventListener('click', () => zoomBy(factor))
  byId('zoom-all').addEventListener('click', () => zoomTo())
}

/** Part of the time that plots show; undefined for all of it. */
export function shownRange(): TimeRange | undefined {
  return range
}

/** Marks the crosshair in plots that were drawn anew, and shows the values of a new snapshot. */
export function afterDrawing(snapshot: LiveRun): void {
  run = snapshot
  byId('time').hidden = plots().length === 0
  mark()
}

function onKey(event: KeyboardEvent): void {
  const { key, target, ctrlKey, metaKey, altKey } = event
  if (ctrlKey || metaKey || altKey) return
  const plot = plotAt(target instanceof Element ? target.querySelector('svg[data-time]') : null)
  const isFree = !byId<HTMLDialogElement>('dialog').open && !(target instanceof HTMLInputElement)
  if (key === 'Escape' && isFree) {
    if (drag === undefined && range !== undefined) zoomTo()
    drag = undefined
    mark()
  }
  if (plot === undefined || !(target as Element).matches('.scroll')) return
  const steps: Readonly<Record<string, number>> = { ArrowLeft: -1, ArrowRight: 1 }
  if (key in steps) {
    const span = plot.toMs - plot.fromMs
    pointAt(clamped((cursorMs ?? (plot.fromMs + plot.toMs) / 2) + (steps[key]! * span) / 50, plot))
    showCursor(plot)
  } else if (key === '+' || key === '=') zoomBy(0.5)
  else if (key === '-') zoomBy(2)
  else return
  event.preventDefault()
}

/** Scrolls a plot that is wider than its box, so that the crosshair is in sight. */
function showCursor({ svg }: TimePlot): void {
  svg.querySelector('.cursor')?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
}

function zoomBy(factor: number): void {
  const [plot] = plots()
  if (plot === undefined) return
  const middle = clamped(cursorMs ?? (plot.fromMs + plot.toMs) / 2, plot)
  zoomTo(middle - (middle - plot.fromMs) * factor, middle + (plot.toMs - middle) * factor)
}

/** Shows a part of the time, at least 200 ms, or all of it. */
function zoomTo(fromMs = 0, toMs = Number.POSITIVE_INFINITY): void {
  const [, endMs] = run === undefined ? [0, 0] : boundsOf(thinSeries(run.report.series, run.report.elapsedMs))
  const from = Math.max(0, Math.min(fromMs, endMs - shortestMs))
  const to = Math.min(endMs, Math.max(toMs, from + shortestMs))
  range = from <= 0 && to >= endMs ? undefined : { fromMs: from, toMs: to }
  byId('zoom-all').hidden = range === undefined
  redraw()
}

function pointAt(ms: number | undefined): void {
  if (ms === cursorMs) return
  cursorMs = ms
  mark()
}

/** Draws the crosshair and the selection in all plots, and writes the values at the crosshair. */
function mark(): void {
  for (const plot of plots()) {
    const { svg, left, right, top, bottom } = plot
    for (const old of svg.querySelectorAll('.cursor, .selection')) old.remove()
    if (cursorMs === undefined || cursorMs < plot.fromMs || cursorMs > plot.toMs) continue
    const x = xOf(plot, cursorMs)
    if (drag !== undefined) {
      const other = Math.min(right, Math.max(left, xOf(plot, drag.ms)))
      add(svg, 'selection', `M${Math.min(x, other)},${top}H${Math.max(x, other)}V${bottom}H${Math.min(x, other)}Z`)
    }
    add(svg, 'cursor', `M${x},${top}V${bottom}`)
  }
  byId('time-values').textContent = cursorMs === undefined || run === undefined ? '' : valuesAt(run, cursorMs)
}

function add(svg: SVGSVGElement, name: string, path: string): void {
  const element = document.createElementNS('http://www.w3.org/2000/svg', 'path')
  element.setAttribute('class', name)
  element.setAttribute('d', path)
  svg.append(element)
}

/** Values of all plots at a time. */
function valuesAt({ report, flights }: LiveRun, ms: number): string {
  const point = thinSeries(report.series, report.elapsedMs, range).find(({ toMs }) => ms <= toMs)
  const times = (['p50Ms', 'p95Ms', 'p99Ms'] as const).flatMap((name) => {
    const value = point?.[name]
    return value === undefined ? [] : [`${name.slice(0, 3)} ${durationText(value)}`]
  })
  const step = Math.floor(ms / flights.stepMs)
  const inFlight = flights.inFlight[step]
  return [
    `After ${durationText(ms)}`,
    ...(point === undefined
      ? []
      : [
          `${rateText(point.succeeded)} succeeded, ${rateText(point.failed)} failed, ${rateText(point.throttled)} refused a second`,
        ]),
    ...(times.length === 0 ? [] : [times.join(', ')]),
    ...(inFlight === undefined ? [] : [`${countText(inFlight)} of ${countText(flights.limit[step]!)} in flight`]),
  ].join(' · ')
}

function plots(): TimePlot[] {
  return Array.from(document.querySelectorAll('main svg[data-time]'), (svg) => plotAt(svg)!)
}

function plotAt(target: EventTarget | null): TimePlot | undefined {
  const svg = target instanceof Element ? target.closest<SVGSVGElement>('svg[data-time]') : null
  if (svg === null) return undefined
  const [fromMs, toMs, left, right, top, bottom] = svg.dataset.time!.split(' ').map(Number)
  return { svg, fromMs: fromMs!, toMs: toMs!, left: left!, right: right!, top: top!, bottom: bottom! }
}

function timeAt(plot: TimePlot, clientX: number): number {
  const box = plot.svg.getBoundingClientRect()
  const x = ((clientX - box.left) * plot.svg.viewBox.baseVal.width) / box.width
  const share = (x - plot.left) / (plot.right - plot.left)
  return clamped(plot.fromMs + share * (plot.toMs - plot.fromMs), plot)
}

function xOf({ fromMs, toMs, left, right }: TimePlot, ms: number): number {
  return left + ((ms - fromMs) / (toMs - fromMs)) * (right - left)
}

function clamped(ms: number, { fromMs, toMs }: TimePlot): number {
  return Math.min(toMs, Math.max(fromMs, ms))
}
