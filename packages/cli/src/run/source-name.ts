import { basename } from 'node:path'
import { maskUrl } from '../inputs/input-item.ts'
import type { InputPlan } from '../inputs/read-inputs.ts'

/** The inputs as a person names them, without credentials. */
export function sourceName({ urls = [], files = [] }: InputPlan): string {
  const names = [...urls.map(maskUrl), ...files.map((file) => (file === '-' ? 'stdin' : basename(file)))]
  return names.length <= 2 ? names.join(', ') : `${names[0]} and ${names.length - 1} more`
}
