import type { TemplateTexts } from '../inputs/row-templates.ts'
import { hasPlaces } from '../inputs/text-template.ts'
import { costColumns } from './costs.ts'
import { parseHeader } from './headers.ts'
import { bodyValue } from './secrets.ts'

/** Flags that may contain placeholders for the values of a row. */
export interface TemplateFlags {
  readonly method?: string | undefined
  readonly header?: readonly string[] | undefined
  readonly data?: string | undefined
  readonly json?: string | undefined
  readonly jsonTemplate?: string | undefined
  readonly cost?: readonly string[] | undefined
}

/** Content type of `-d`, unless a header sets another. */
export const formType = 'application/x-www-form-urlencoded'

/** Texts of these flags that may contain placeholders; values of variables are literal. */
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

/** True if a value is text with placeholders, and not a reference. */
function isTemplate(value: string): boolean {
  return !/^(?:env|file):/.test(value) && hasPlaces(value)
}

/** True if every part of a value that could be secret comes from the rows: `Bearer {token}`. */
export function isOnlyPlaces(value: string): boolean {
  return isTemplate(value) && /^(?:[a-z]{2,10} )?(?:\{[^{}]+\})+$/i.test(value.trim())
}

/** Text of a body; undefined for a referenced body, which is literal, and for bytes that are not text. */
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
