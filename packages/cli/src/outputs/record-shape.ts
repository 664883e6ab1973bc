import { suggestion } from 'sluice/internal'
import { distinctNames, freeName, type InputColumns } from '../inputs/input-columns.ts'
import { compileSelect, type Select } from './compile-select.ts'
import { csvColumns } from './csv-writer.ts'
import type { OutputFormat } from './output-target.ts'
import type { CallRecord } from './record.ts'
import { recordColumns, type TableColumn } from './record-columns.ts'

export interface ShapeOptions {
  /** Value of `--select`. @default everything, as for `*` */
  readonly select?: string | undefined
  /** Puts the columns of the input first. @default false */
  readonly keepColumns?: boolean | undefined
  readonly format: OutputFormat
}

/** Parts of a record to write: all of it, the result of `--select`, and the columns of the input. */
export interface RecordShape {
  /** True if records need the columns of their inputs. */
  readonly usesColumns: boolean
  /** Columns of a table, known with the first record of an input that has any; undefined for those of a CallRecord. */
  readonly columns: (() => readonly TableColumn[]) | undefined
  /** Sets the columns of the inputs before the first record. */
  expect(columns: InputColumns): void
  apply(record: CallRecord, columns?: InputColumns): object
  /** Notes about fields of `--select` that no record had, and columns of inputs that could not be kept. */
  notes(): readonly string[]
}

/** @throws SettingsError for an invalid list */
export function recordShape({ select: list, keepColumns = false, format }: ShapeOptions): RecordShape {
  const select = list === undefined || list === '*' ? undefined : compileSelect(list)
  const usesColumns = keepColumns || select?.roots.has('row') === true
  const seen = { records: 0, inputs: 0 }
  const withRow = (record: CallRecord, input: InputColumns | undefined): object => {
    seen.records++
    if (input === undefined || !usesColumns) return record
    seen.inputs++
    return { row: rowOf(input), ...record }
  }
  const notes = (): readonly string[] => [
    ...(select === undefined ? [] : missingNotes(select)),
    ...(keepColumns && seen.records > 0 && seen.inputs === 0 ? ['--keep-columns: no input had columns'] : []),
  ]
  const base = { usesColumns, notes, expect: () => {} }
  if (keepColumns && (select !== undefined || format !== 'jsonl')) {
    const results = select === undefined ? wholeRecord(format) : selected(select)
    const table = new KeptColumns(results.names)
    return {
      ...base,
      notes: () => [...notes(), ...table.notes()],
      columns: () => table.columns,
      expect: (columns) => table.settle(columns),
      apply: (record, input) => table.row(input, results.apply(withRow(record, input)), format !== 'jsonl'),
    }
  }
  if (select === undefined) return { ...base, columns: undefined, apply: withRow }
  const columns = [...new Set(select.names)].map((name) => ({ key: name, title: name }))
  return { ...base, columns: () => columns, apply: (record, input) => select.apply(withRow(record, input)) }
}

/** Fields of the results, in order. */
interface ResultFields {
  readonly names: readonly string[]
  apply(record: object): readonly unknown[]
}

function selected(select: Select): ResultFields {
  return {
    names: select.names,
    apply: (record) => {
      const found = select.apply(record)
      return select.names.map((name) => found[name])
    },
  }
}

function wholeRecord(format: OutputFormat): ResultFields {
  const columns = format === 'csv' ? csvColumns : recordColumns
  return {
    names: columns.map(({ name }) => name),
    apply: (record) => columns.map(({ value }) => value(record as CallRecord)),
  }
}

function rowOf(input: InputColumns): Record<string, unknown> {
  const names = distinctNames(input)
  return Object.fromEntries(input.map(([, value], at) => [names[at]!, value]))
}

/** Columns of the input, followed by those of the results, which are renamed on a conflict. */
class KeptColumns {
  readonly #results: readonly string[]
  /** Names of the input's columns in a table, known from the first input. */
  #input: ReadonlySet<string> | undefined
  readonly #leftOut = { results: 0, names: new Set<string>() }
  #columns: readonly TableColumn[] = []
  /** Names of the results' columns in a table. */
  #keys: readonly string[] = []

  constructor(results: readonly string[]) {
    this.#results = results
  }

  get columns(): readonly TableColumn[] {
    this.settle([])
    return this.#columns
  }

  /** Sets the columns of the table, unless they are set. */
  settle(input: InputColumns): void {
    if (this.#input !== undefined) return
    const names = distinctNames(input)
    this.#input = new Set(names)
    this.#keys = keysBeside(this.#results, names)
    this.#columns = [
      ...names.map((key, at) => ({ key, title: input[at]![0] })),
      ...this.#keys.map((key) => ({ key, title: key })),
    ]
  }

  row(input: InputColumns | undefined, values: readonly unknown[], isTable: boolean): object {
    const given = input ?? []
    const names = distinctNames(given)
    if (isTable && given.length > 0) this.#take(given, names)
    const keys = isTable ? this.#keys : keysBeside(this.#results, names)
    return Object.fromEntries([
      ...names
        .map((name, at) => [name, given[at]![1]])
        .filter(([name]) => !isTable || this.#input!.has(name as string)),
      ...values.map((value, at) => [keys[at]!, value]),
    ])
  }

  /** A table cannot have columns that the first input did not have. */
  #take(input: InputColumns, names: readonly string[]): void {
    this.settle(input)
    const others = names.filter((name) => !this.#input!.has(name))
    if (others.length === 0) return
    this.#leftOut.results++
    for (const name of others) if (this.#leftOut.names.size < maxNamed) this.#leftOut.names.add(name)
  }

  notes(): readonly string[] {
    const { results, names } = this.#leftOut
    if (results === 0) return []
    const shown = [...names].map((name) => JSON.stringify(name)).join(', ')
    return [
      `--keep-columns: ${results} inputs have columns that the first one did not have, such as ${shown}; they are left out ` +
        'of the table, and JSON lines have them',
    ]
  }
}

/** Maximum number of columns named in a note. */
const maxNamed = 3

function keysBeside(results: readonly string[], input: readonly string[]): readonly string[] {
  const taken = new Set(input)
  return results.map((name) => {
    const wanted = taken.has(name) ? `result_${name}` : name
    const key = taken.has(wanted) ? freeName((number) => `${wanted}_${number}`, taken) : wanted
    taken.add(key)
    return key
  })
}

/** Fields of a record passed to `--select`. */
const fields =
  'row index id url method ok status attempts ms timing protocol headers meta data text base64 file error'.split(' ')

/** Notes about expressions that matched nothing in any record, although their field existed. */
function missingNotes(select: Select): readonly string[] {
  return select.missing.flatMap(({ name, root }) => {
    if (root === undefined) return [`--select: ${name} was found in none of the ${select.applied} results`]
    // A field such as `error` may well be missing in all of them.
    if (fields.includes(root)) return []
    const others = suggestion(root, fields) || `; the fields are ${fields.join(', ')}`
    return [`--select: no result has a field ${JSON.stringify(root)}${others}`]
  })
}
