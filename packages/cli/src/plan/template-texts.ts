import type { TemplateTexts } from '../inputs/row-templates.ts'
import { hasPlaces } from '../inputs/text-template.ts'
import { costColumns } from './costs.ts'
import { parseHeader } from './headers.ts'
import { bodyValue } from './secrets.ts'

/** The flags that may have places for the values of a row. */
export interface TemplateFlags {
  readonly method?: string | undefined
  readonly header?: readonly string[] | undefined
  readonly data?: string | undefined
  readonly json?: string | undefined
  readonly jsonTemplate?: string | undefined
  readonly cost?: readonly string[] | undefined
}

/** The content type of `-d`, unless a header has another. */
export const formType = 'application/x-www-form-urlencoded'

/** The texts of these flags that may have places; not what a variable holds. */
export function templateTexts(flags: TemplateFlags, env: NodeJS.ProcessEnv): TemplateTexts {
  const headers = (flags.header ?? []).map(parseHeader)
  const type = headers.findLast(([name]) => name.toLowerCase() === 'content-type')?.[1]
  const data = textOf('--data', flags.data, env)
  const json = textOf('--json', flags.json, env)
  const jsonTemplate = textOf('--json-template', flags.jsonTemplate, env)
  const filled = headers.flatMap(([name, value]) =>
    value !== undefined && isTemplate(value) ? [[name, value] as const] : [],
  )
  const costs = costColumns(flags)
  return {
    ...(isTemplatedMethod(flags) && { method: flags.method }),
    ...(filled.length > 0 && { headers: filled }),
    ...(data !== undefined && { data: { text: data, contentType: type ?? formType } }),
    ...(json !== undefined && { json }),
    ...(jsonTemplate !== undefined && { jsonTemplate }),
    ...(costs.length > 0 && { costs }),
  }
}

/** True if the method comes from the rows. */
export function isTemplatedMethod({ method }: TemplateFlags): boolean {
  return method !== undefined && hasPlaces(method)
}

/** True if a value is text with places in it, and no reference. */
function isTemplate(value: string): boolean {
  return !/^(?:env|file):/.test(value) && hasPlaces(value)
}

/** True if all of a value that could be secret comes from the rows: `Bearer {token}`. */
export function isOnlyPlaces(value: string): boolean {
  return isTemplate(value) && /^(?:[a-z]{2,10} )?(?:\{[^{}]+\})+$/i.test(value.trim())
}

/** Text of a body; undefined for a variable's, whose braces are its own, and for bytes that are no text. */
function textOf(flag: string, given: string | undefined, env: NodeJS.ProcessEnv): string | undefined {
  if (given === undefined || given.startsWith('env:')) return undefined
  const value = bodyValue(flag, given, env)
  if (typeof value === 'string') return value
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(value)
  } catch {
    return undefined
  }
}
