import type { BlockContent, InlineCode, Paragraph, PhrasingContent, Root, Table, Text } from 'mdast'
import { gfmToMarkdown } from 'mdast-util-gfm'
import { toMarkdown } from 'mdast-util-to-markdown'
import { cleanText } from '../markup.ts'
import { momentOf, noNumber } from '../text.ts'

/** Trusted text, or a number. */
export function text(value: string): Text {
  return { type: 'text', value }
}

/**
 * Sentence that may contain external text. Zero-width spaces break up URLs, mentions and issue references: GitHub
 * detects these in the rendered text, so escaping does not prevent them.
 */
export function prose(value: unknown, length: number = 600): Text {
  const broken = cleanText(value, length)
    .replace(/(:)(?=\/\/)|([@#])(?=\w)/g, '$1$2\u200b')
    .replace(/\bwww(?=\.)/gi, '$&\u200b')
  return text(broken || noNumber)
}

/** External text, shown verbatim as code. */
export function data(value: unknown, length?: number): InlineCode {
  return { type: 'inlineCode', value: cleanText(value, length) || ' ' }
}

/** Bold text. */
export function strong(...children: PhrasingContent[]): PhrasingContent {
  return { type: 'strong', children }
}

export function paragraph(...children: PhrasingContent[]): Paragraph {
  return { type: 'paragraph', children }
}

/** Headline of a summary. */
export function heading(...children: PhrasingContent[]): Root['children'][number] {
  return { type: 'heading', depth: 2, children }
}

/** List of short entries. */
export function list(entries: readonly (readonly PhrasingContent[])[]): BlockContent {
  return {
    type: 'list',
    ordered: false,
    spread: false,
    children: entries.map((entry) => ({ type: 'listItem', spread: false, children: [paragraph(...entry)] })),
  }
}

/** Table with the first column aligned left, all others right. */
export function table(head: readonly string[], rows: readonly (readonly PhrasingContent[])[]): Table {
  const row = (cells: readonly PhrasingContent[]): Table['children'][number] => ({
    type: 'tableRow',
    children: cells.map((cell) => ({ type: 'tableCell', children: [cell] })),
  })
  return {
    type: 'table',
    align: head.map((_, index) => (index === 0 ? 'left' : 'right')),
    children: [row(head.map(text)), ...rows.map(row)],
  }
}

/** Last line: the program with its version, and the start time. */
export function signature(startedAt: string, version: string | undefined): Paragraph {
  const moment = momentOf(startedAt)
  return paragraph(
    text('Sluice'),
    ...(version === undefined ? [] : [text(' '), prose(version, 40)]),
    ...(moment === undefined ? [] : [text(`, ${moment.text}`)]),
  )
}

/** Renders GitHub Flavored Markdown, with all text escaped. */
export function markdownOf(children: Root['children']): string {
  return toMarkdown({ type: 'root', children }, { extensions: [gfmToMarkdown()], bullet: '-', listItemIndent: 'one' })
}
