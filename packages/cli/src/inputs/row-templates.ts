import { type Cost, type RequestSpec, SettingsError } from 'sluice'
import { compileJsonTemplate, type JsonTemplate } from './json-template.ts'
import { headerProblem, token } from './request-fields.ts'
import { type Row, textOf, valueError } from './row.ts'
import { compileTextTemplate, hasPlaces, type TextTemplate } from './text-template.ts'

/**
 * Texts of the command line that may contain placeholders for the values of a row. Without rows they are sent
 * literally.
 */
export interface TemplateTexts {
  readonly method?: string | undefined
  readonly headers?: readonly (readonly [name: string, value: string])[] | undefined
  /** Body from `-d`, and its content type. */
  readonly data?: { readonly text: string; readonly contentType: string } | undefined
  /** Body from `--json`. */
  readonly json?: string | undefined
  /** Body from `--json-template`, which is always a template. */
  readonly jsonTemplate?: string | undefined
  /** Units, and the names of the values that hold the cost in each. */
  readonly costs?: readonly (readonly [unit: string, name: string])[] | undefined
}

/** Parts of a request that the templates fill in. */
type Filled = Pick<RequestSpec, 'method' | 'headers' | 'body' | 'json' | 'cost'>

/** Compiled templates of a command, except for its URL. */
export interface RowTemplates {
  /** True if there are no placeholders. */
  readonly isEmpty: boolean
  /** Flags with placeholders, and the names in them. */
  readonly uses: readonly { readonly flag: string; readonly variables: readonly string[] }[]
  /**
   * Fills in the placeholders, except for parts that the request itself has.
   *
   * @throws SettingsError that names the value, without repeating it
   */
  fill(row: Row, request?: Partial<RequestSpec>): Filled
}

/** @throws SettingsError that names the flag */
export function compileRowTemplates(texts: TemplateTexts): RowTemplates {
  const method = template('-X', texts.method)
  const headers = (texts.headers ?? []).flatMap(([name, text]) => {
    const value = template(`-H ${name}`, text)
    return value === undefined ? [] : [{ name, key: name.toLowerCase(), value }]
  })
  const data = texts.data === undefined || !hasPlaces(texts.data.text) ? undefined : dataTemplate(texts.data)
  const json = jsonTemplate(texts)
  const { costs = [] } = texts
  const cost = costs.length === 0 ? undefined : { flag: '--cost', variables: costs.map(([, name]) => name) }
  const used = [method, ...headers.map(({ value }) => value), data, json, cost].filter((one) => one !== undefined)

  return {
    isEmpty: used.length === 0,
    uses: used.filter(({ variables }) => variables.length > 0),
    fill(row, request = {}) {
      const own = new Set(Object.keys(request.headers ?? {}).map((name) => name.toLowerCase()))
      const hasBody = request.body !== undefined || request.json !== undefined
      const filled = headers
        .filter(({ key }) => !own.has(key))
        .map(({ name, key, value }) => [key, checkedHeader(name, value.fill(row))] as const)
      return {
        ...(method !== undefined && request.method === undefined && { method: checkedMethod(method.fill(row)) }),
        ...(filled.length > 0 && { headers: { ...Object.fromEntries(filled), ...request.headers } }),
        ...(data !== undefined && !hasBody && { body: data.fill(row) }),
        ...(json !== undefined && !hasBody && { json: json.fill(row) }),
        ...(cost !== undefined && { cost: { ...filledCost(costs, row), ...request.cost } }),
      }
    },
  }
}

type Flagged<T> = T & { readonly flag: string }

function template(flag: string, text: string | undefined): Flagged<TextTemplate> | undefined {
  return text === undefined || !hasPlaces(text) ? undefined : { ...compileTextTemplate(text), flag }
}

function jsonTemplate({ json, jsonTemplate }: TemplateTexts): Flagged<JsonTemplate> | undefined {
  if (jsonTemplate !== undefined)
    return { ...compileJsonTemplate(jsonTemplate, '--json-template'), flag: '--json-template' }
  return json === undefined || !/[{}]/.test(textsOf(json))
    ? undefined
    : { ...compileJsonTemplate(json, '--json'), flag: '--json' }
}

/** String values of JSON, without its own braces. */
function textsOf(json: string): string {
  return (json.match(/"(?:[^"\\]|\\.)*(?:"|\\?$)/gs) ?? []).join('')
}

/** Body from `-d`: values are escaped in JSON, percent-encoded in a form, and literal in any other content type. */
function dataTemplate({ text, contentType }: NonNullable<TemplateTexts['data']>): Flagged<TextTemplate> {
  const flag = '-d'
  if (isJson(text)) return { ...compileTextTemplate(text, (value) => JSON.stringify(value).slice(1, -1)), flag }
  if (/^\s*(?:\{\s*"|\[\s*["[{])/.test(text)) {
    throw new SettingsError(
      `-d: with values in it this is not JSON; use --json '{"price":"{price|number}"}' for numbers`,
    )
  }
  const isForm = /^\s*application\/x-www-form-urlencoded\s*(?:;|$)/i.test(contentType)
  return { ...compileTextTemplate(text, isForm ? formValue : undefined), flag }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

function formValue(value: string): string {
  return encodeURIComponent(value.toWellFormed()).replaceAll('%20', '+')
}

function filledCost(costs: NonNullable<TemplateTexts['costs']>, row: Row): Cost {
  return Object.fromEntries(
    costs.map(([unit, name]) => {
      const text = textOf(row, name).trim()
      const amount = Number(text)
      if (text !== '' && amount >= 0 && Number.isFinite(amount)) return [unit, amount]
      throw valueError(name, `is no cost in ${unit}; expected a number from 0 up`)
    }),
  )
}

function checkedMethod(text: string): string {
  if (token.test(text)) return text
  throw new SettingsError('-X: the value is not a method such as GET or POST', 'SLUICE_BAD_INPUT')
}

function checkedHeader(name: string, value: string): string {
  const problem = headerProblem(name, value)
  if (problem === undefined) return value
  throw new SettingsError(`-H ${name}: the value ${problem}`, 'SLUICE_BAD_INPUT')
}
