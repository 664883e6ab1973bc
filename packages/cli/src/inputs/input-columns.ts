import type { RequestSpec } from 'sluice'
import { isSecretHeader, isSecretParameter, mask } from 'sluice/internal'

/** Columns of one input in their original order: those of a CSV row, or the fields of a JSON line. Names may repeat. */
export type InputColumns = readonly (readonly [name: string, value: unknown])[]

/** Field of a request's metadata that holds the columns of its input. */
const field = 'sluice:columns'

/**
 * Attaches the columns of an input to the request's metadata, so that they are available with its result, also from a
 * store.
 */
export function withColumns(request: RequestSpec, columns: InputColumns | undefined): RequestSpec {
  if (columns === undefined) return request
  const { meta } = request
  return { ...request, meta: { [field]: columns, ...(meta === undefined ? undefined : { meta }) } }
}

/** Names that denote secrets in a URL, but anything in a table. */
const ordinary: ReadonlySet<string> = new Set(['key', 'pin', 'session', 'signature', 'assertion'])

/** Columns for a store, which must not contain secrets: values of columns with the name of a secret are masked. */
export function withoutSecrets(columns: InputColumns | undefined): InputColumns | undefined {
  return columns?.map(([name, value]) => {
    const isSecret = !ordinary.has(name.trim().toLowerCase()) && (isSecretHeader(name) || isSecretParameter(name))
    return [name, isSecret ? mask : value]
  })
}

/** Metadata as given by the user, and the columns attached to it. */
export function splitMeta(meta: unknown): { readonly meta?: unknown; readonly columns?: InputColumns } {
  if (typeof meta !== 'object' || meta === null || !Object.hasOwn(meta, field)) {
    return meta === undefined ? {} : { meta }
  }
  const { [field]: columns, ...rest } = meta as { readonly [field]: InputColumns; readonly meta?: unknown }
  return { columns, ...rest }
}

/** Columns of inputs that could not be sent, by error. */
const ofErrors = new WeakMap<object, InputColumns>()

/** Stores the columns of an input that cannot be sent. */
export function rememberColumns(error: object, columns: InputColumns | undefined): void {
  if (columns !== undefined) ofErrors.set(error, columns)
}

/** Columns of an input that could not be sent. */
export function columnsOfError(error: object): InputColumns | undefined {
  return ofErrors.get(error)
}

/** Distinct column names: repeated names are numbered, and unnamed columns get a name. */
export function distinctNames(columns: InputColumns): readonly string[] {
  const taken = new Set<string>()
  return columns.map(([name], at) => {
    const wanted = name === '' ? `column_${at + 1}` : name
    const free = taken.has(wanted) ? freeName((number) => `${wanted}_${number}`, taken) : wanted
    taken.add(free)
    return free
  })
}

/** First of the generated names that is not taken. */
export function freeName(name: (number: number) => string, taken: ReadonlySet<string>): string {
  let number = 2
  while (taken.has(name(number))) number++
  return name(number)
}
