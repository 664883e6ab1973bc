import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../site/pages.ts'

/** A block of code of a page. */
export interface Block {
  readonly page: string
  /** The number of its first line in the page, from 1. */
  readonly line: number
  readonly text: string
  /** Its own file, in which each line has the number that it has in the page. */
  readonly file: string
}

/** Text of a page. */
export function read(page: string): string {
  return readFileSync(join(root, page), 'utf8')
}

/** Blocks of code of a page in one language. */
export function blocksOf(page: string, language = 'ts'): Block[] {
  const blocks: Block[] = []
  let begun: { readonly line: number; readonly lines: string[] } | undefined
  for (const [index, line] of read(page).split('\n').entries()) {
    if (begun === undefined) {
      if (line.trimEnd() === `\`\`\`${language}`) begun = { line: index + 2, lines: [] }
    } else if (/^```\s*$/.test(line)) {
      const file = `${page.replaceAll(/[^A-Za-z0-9]/g, '-')}-${begun.line}.mts`
      blocks.push({ page, line: begun.line, text: begun.lines.join('\n'), file })
      begun = undefined
    } else begun.lines.push(line)
  }
  return blocks
}

/**
 * Runs the script of a page that begins with this comment, with these names in place of its imports.
 *
 * @returns the function that it exports, if it exports one
 */
export async function runScript(
  page: string,
  comment: string,
  names: Readonly<Record<string, unknown>>,
): Promise<unknown> {
  const block = blocksOf(page, 'js').find(({ text }) => text.startsWith(`// ${comment}`))
  if (block === undefined) throw new Error(`${page} has no script that begins with // ${comment}`)
  const exported = /^export async function (\w+)/m.exec(block.text)?.[1]
  const AsyncFunction = (async () => {}).constructor as new (
    ...parts: string[]
  ) => (...values: unknown[]) => Promise<unknown>
  const code = `${block.text.replace(/^export /gm, '')}\nreturn ${exported}`
  return await new AsyncFunction(...Object.keys(names), code)(...Object.values(names))
}
