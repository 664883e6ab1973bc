import { type RequestSpec, SettingsError } from 'sluice'
import { joinUrl } from 'sluice/internal'
import { badItem, type InputItem, type Where } from './input-item.ts'
import { type Row, textOf } from './row.ts'
import type { RowTemplates } from './row-templates.ts'
import type { UrlTemplate } from './url-template.ts'
import { completeUrl, urlProblem } from './url-text.ts'

/** Options for turning rows into requests. */
export interface RowOptions {
  readonly baseUrl: string | undefined
  /** Each name in it is a column or field. Without a template, `url` is the URL. */
  readonly urlTemplate: UrlTemplate | undefined
  readonly templates: RowTemplates
  /** Column or field that holds the id. @default `id`, if there is one */
  readonly idColumn: string | undefined
}

/**
 * Request for a row. An empty value in the path is refused, because it would address something else, and so is a value
 * that changes the template's host or the shape of its path.
 */
export function rowRequest(
  row: Row,
  where: Where,
  template: UrlTemplate,
  { baseUrl, templates }: RowOptions,
  id: string | undefined,
): InputItem {
  try {
    const url = rowUrl(row, template, baseUrl)
    const request: RequestSpec = { ...(id === undefined ? undefined : { id }), url, ...templates.fill(row) }
    return { ok: true, request, where }
  } catch (error) {
    if (error instanceof SettingsError) return badItem(where, error.message, id)
    throw error
  }
}

function rowUrl(row: Row, template: UrlTemplate, baseUrl: string | undefined): string {
  const value = (name: string): string => textOf(row, name)
  const empty = template.pathVariables.find((name) => value(name).trim() === '')
  if (empty !== undefined) throw bad(`${JSON.stringify(empty)} is empty, and it is part of the path`)
  const url = completeUrl(template.expand(value), baseUrl)
  const problem = urlProblem(url, baseUrl)
  if (problem !== undefined) throw bad(problem)
  if (template.origin !== undefined && joinUrl(url, baseUrl).origin !== template.origin) {
    throw bad(`a value would change the host; the template is for ${template.origin} only`)
  }
  return url
}

function bad(message: string): SettingsError {
  return new SettingsError(message, 'SLUICE_BAD_INPUT')
}
