import { SettingsError } from 'sluice'
import type { Random } from 'sluice/internal'
import type { Message } from './content.ts'
import { type ContentFaultName, contentFaultNames, contentFaults } from './content-faults.ts'
import { count, type Detail, type WireForm } from './detail.ts'
import type { WireFault } from './plan.ts'
import { chunkFaults } from './wire/chunks.ts'
import { headFaults } from './wire/heads.ts'
import { lengthFaults } from './wire/lengths.ts'
import { streamFaults } from './wire/streams.ts'

/** A fault, or an error status, and its probability. */
export interface FaultShare {
  readonly fault: FaultName | number
  /** Text after `=`: `CANCEL` in `rst=CANCEL`. */
  readonly detail?: string
  readonly share: number
}

/** Fault of the next answer, or undefined. */
export function drawFault(faults: readonly FaultShare[], settings: FaultSettings, random: Random): Fault | undefined {
  if (faults.length === 0) return undefined
  let left = random()
  for (const { fault, share, detail } of faults) {
    if (left < share) return faultOf(fault, settings, detail)
    left -= share
  }
  return undefined
}

/** Names of the wire faults. */
type WireFaultName =
  | keyof typeof headFaults
  | keyof typeof lengthFaults
  | keyof typeof chunkFaults
  | keyof typeof streamFaults

/** All wire faults, by name. */
const wireFaults: Readonly<Record<WireFaultName, WireForm>> = {
  ...headFaults,
  ...lengthFaults,
  ...chunkFaults,
  ...streamFaults,
}

const wireFaultNames: readonly WireFaultName[] = Object.keys(wireFaults) as WireFaultName[]

const plainFaultNames = [
  'reset',
  'reset-body',
  'hang',
  'hang-body',
  'truncated',
  'malformed',
  'wrong-type',
  'gzip-bomb',
  'endless',
  'drip',
  'garbage',
  'redirect-loop',
  'redirect-away',
] as const

/** Names of all faults of responses. */
export type FaultName = (typeof plainFaultNames)[number] | ContentFaultName | WireFaultName

/** Names of all faults. */
export const faultNames: readonly FaultName[] = [...plainFaultNames, ...contentFaultNames, ...wireFaultNames]

type CutShort = 'reset-body' | 'hang-body' | 'truncated'

/** Fault of one response. */
export type Fault =
  | {
      readonly kind: Exclude<(typeof plainFaultNames)[number], 'gzip-bomb' | 'drip' | 'redirect-away' | CutShort>
    }
  | { readonly kind: 'status'; readonly status: number }
  /** Ends after this many bytes of the body; half of them if undefined. */
  | { readonly kind: CutShort; readonly after: number | undefined }
  /** Decompresses to `size` bytes. */
  | { readonly kind: 'gzip-bomb'; readonly size: number }
  /** Pauses `every` milliseconds between two pieces. */
  | { readonly kind: 'drip'; readonly every: number }
  | { readonly kind: 'redirect-away'; readonly to: string }
  | { readonly kind: ContentFaultName; readonly change: (answer: Message) => Message }
  | { readonly kind: WireFaultName; readonly onWire: WireFault }

/** Sizes and targets of faults, unless the URL overrides them. */
export interface FaultSettings {
  readonly bombSize: number
  readonly dripEvery: number
  readonly redirectTo: string
}

const bodyBytes: Detail = count('half', 0, 100_000_000)

/** A parsed fault name: `rst=CANCEL` is the fault `rst` with the detail `CANCEL`. */
export interface NamedFault {
  readonly fault: FaultName
  readonly detail?: string
}

/** @throws SettingsError if the fault does not exist, or its detail is invalid. */
export function parseFaultName(name: string, text: string): NamedFault {
  const at = text.indexOf('=')
  const word = at < 0 ? text : text.slice(0, at)
  const fault = faultNames.find((each) => each === word)
  if (fault === undefined) {
    const expected = `a status from 400 to 599 or one of ${faultNames.join(', ')}`
    throw new SettingsError(`${name}: expected ${expected}, got ${JSON.stringify(text)}`)
  }
  if (at < 0) return { fault }
  const form = detailOf(fault)
  if (form === undefined) throw new SettingsError(`${name}: ${fault} takes no detail, got ${JSON.stringify(text)}`)
  const detail = text.slice(at + 1)
  if (form.fits(detail)) return { fault, detail }
  throw new SettingsError(`${name}: ${fault}= expects ${form.expected}, got ${JSON.stringify(detail)}`)
}

/** A fault by name or status, with the scenario's sizes. */
export function faultOf(name: FaultName | number, settings: FaultSettings, given?: string): Fault {
  if (typeof name === 'number') return { kind: 'status', status: name }
  const detail = given ?? detailOf(name)?.standard ?? ''
  switch (name) {
    case 'reset-body':
    case 'hang-body':
    case 'truncated':
      return { kind: name, after: given === undefined ? undefined : Number(given) }
    case 'gzip-bomb':
      return { kind: name, size: settings.bombSize }
    case 'drip':
      return { kind: name, every: settings.dripEvery }
    case 'redirect-away':
      return { kind: name, to: settings.redirectTo }
    default:
      if (isContentFault(name)) return { kind: name, change: (answer) => contentFaults[name].make(answer, detail) }
      if (isWireFault(name)) return { kind: name, onWire: wireFaults[name].make(detail, settings.dripEvery) }
      return { kind: name }
  }
}

function detailOf(name: FaultName): Detail | undefined {
  if (name === 'reset-body' || name === 'hang-body' || name === 'truncated') return bodyBytes
  if (isContentFault(name)) return contentFaults[name].detail
  return isWireFault(name) ? wireFaults[name].detail : undefined
}

function isContentFault(name: FaultName): name is ContentFaultName {
  return Object.hasOwn(contentFaults, name)
}

function isWireFault(name: FaultName): name is WireFaultName {
  return Object.hasOwn(wireFaults, name)
}
