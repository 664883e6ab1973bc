import { JsonNumber, type RequestSpec, SettingsError } from 'sluice'
import { parseJson } from 'sluice/http'
import { JsonTooDeepError } from 'sluice/internal'
import { badItem, type InputItem, jsonProblem, type LineReader, lineByLine, maskUrl, type Where } from './input-item.ts'
import { isRequestField, requestFieldProblem } from './request-fields.ts'
import { jsonRow, type Row, textOf } from './row.ts'
import { type RowOptions, rowRequest } from './row-requests.ts'
import type { UrlTemplate } from './url-template.ts'
import { completeUrl, urlItem, urlProblem } from './url-text.ts'

/**
 * Reads one JSON value per line: a request as an object with at least a `url`, or a string that is the URL. With a URL
 * template each value is a row: its fields are values for the templates, and only the id is a field of the request.
 */
export function requestLines(source: string, options: RowOptions): LineReader {
  const { urlTemplate } = options
  return lineByLine(({ number, text, problem }) => {
    const where = { source, line: number }
    if (problem !== undefined) return badItem(where, problem)
    if (text.trim() === '') return undefined
    let value: unknown
    try {
      value = parseJson(text, 'source')
    } catch (error) {
      const item = badItem(where, jsonProblem(error) + hintOf(text))
      return error instanceof JsonTooDeepError ? { ...item, failsAlone: true } : item
    }
    if (urlTemplate === undefined) return requestItem(value, where, options)
    const item = rowItem(value, where, urlTemplate, options)
    return isObject(value) ? { ...item, columns: Object.entries(value) } : item
  })
}

/** A JSON value may span several lines in `json`, but not in `jsonl`. */
function hintOf(text: string): string {
  return /^\s*\{\s*$/.test(text)
    ? '; a request is one line, and --input-format json reads values over several lines'
    : ''
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof JsonNumber)
}

function rowItem(value: unknown, where: Where, template: UrlTemplate, options: RowOptions): InputItem {
  if (value === null || typeof value === 'boolean') return badItem(where, 'expected a JSON object, text or a number')
  const isRow = typeof value === 'object' && !(value instanceof JsonNumber)
  // A string or number on its own is the value for any name in the templates.
  const row: Row = isRow ? jsonRow(value) : () => value
  try {
    const item = rowRequest(row, where, template, options, idOfRow(row, isRow, options.idColumn))
    // A failed page or item in earlier results does not stop the run.
    return item.ok || !isResult(row) ? item : { ...item, failsAlone: true }
  } catch (error) {
    if (error instanceof SettingsError) return badItem(where, error.message)
    throw error
  }
}

function idOfRow(row: Row, isObject: boolean, idColumn: string | undefined): string | undefined {
  if (idColumn !== undefined) return textOf(row, idColumn) || undefined
  const id = row('id')
  const isId = isObject && (typeof id === 'string' || typeof id === 'number' || id instanceof JsonNumber)
  return (isId ? String(id) : '') || undefined
}

/** True for a line of this command's own output. */
function isResult(row: Row): boolean {
  return typeof row('ok') === 'boolean' && typeof row('index') === 'number'
}

function requestItem(value: unknown, where: Where, options: RowOptions): InputItem {
  const { baseUrl, templates, idColumn } = options
  const link = typeof value === 'string' ? value : onlyLink(value)
  if (link !== undefined) return withTemplates(urlItem(link, where, baseUrl), jsonRow({ url: link }), options)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return badItem(where, 'expected a JSON object with a "url", or a JSON string')
  }
  const fields = withPlainNumbers(value as Readonly<Record<string, unknown>>)
  const id = idOf(fields)
  for (const [name, field] of Object.entries(fields)) {
    const problem = requestFieldProblem(name, field)
    if (problem !== undefined) return badItem(where, problem, id)
  }
  const { url: text, json, body } = fields
  if (typeof text !== 'string') return badItem(where, 'the "url" is missing', id)
  if (json !== undefined && body !== undefined) {
    return badItem(where, 'a request has either "body" or "json", not both', id)
  }
  const url = completeUrl(text, baseUrl)
  const problem = urlProblem(url, baseUrl)
  if (problem !== undefined) return badItem(where, problem, id)
  const request = { ...(fields as unknown as RequestSpec), url }
  if (templates.isEmpty && idColumn === undefined) return { ok: true, request, where }
  return withTemplates({ ok: true, request, where }, jsonRow(value), options)
}

function withTemplates(item: InputItem, row: Row, { templates, idColumn }: RowOptions): InputItem {
  if (!item.ok || (templates.isEmpty && idColumn === undefined)) return item
  const { request, where } = item
  try {
    const id = idColumn === undefined ? undefined : textOf(row, idColumn)
    return { ...item, request: { ...request, ...(id && { id }), ...templates.fill(row, request) } }
  } catch (error) {
    if (error instanceof SettingsError)
      return badItem(where, error.message, String(request.id ?? maskUrl(String(request.url))))
    throw error
  }
}

/** URL of an object without other fields, such as `--select data.url` writes. */
function onlyLink(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const [[name, link] = ['', undefined], ...others] = Object.entries(value)
  const isLink = others.length === 0 && !isRequestField(name) && typeof link === 'string' && /^https?:\/\//i.test(link)
  return isLink ? link : undefined
}

/**
 * Converts numbers to the types of their fields: text for an id and in a query, with all digits. `json` and `meta`
 * keep theirs.
 */
function withPlainNumbers(fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, plainField(name, value)]))
}

function plainField(name: string, value: unknown): unknown {
  if (name === 'json' || name === 'meta') return value
  if (value instanceof JsonNumber) return name === 'id' ? String(value) : Number(value)
  if (name !== 'query' || typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [key, Array.isArray(one) ? one.map(digits) : digits(one)]),
  )
}

function digits(value: unknown): unknown {
  return value instanceof JsonNumber ? String(value) : value
}

/** Id of a request that may be invalid in any way; undefined if there is none. */
function idOf({ id, url }: Readonly<Record<string, unknown>>): string | undefined {
  if (typeof id === 'string' || typeof id === 'number') return String(id)
  return typeof url === 'string' && url !== '' ? maskUrl(url) : undefined
}
