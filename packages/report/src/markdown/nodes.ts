import type { BlockContent, InlineCode, Paragraph, PhrasingContent, Root, Table, Text } from 'mdast'
import { gfmToMarkdown } from 'mdast-util-gfm'
import { toMarkdown } from 'mdast-util-to-markdown'
import { cleanText } from '../markup.ts'
import { momentOf, noNumber } from '../text.ts'

/** Text of our own, or a number. */
export function text(value: string): Text {
  return { type: 'text', value }
}

/**
 * A sentence that may hold text from elsewhere. What would become a link, a mention or a reference to an issue is broken by
 * a blank of no width: those are made from what is shown, so that escaping does not help.
 */
export function prose(value: unknown, length: number = 600): Text {
  const broken = cleanText(value, length)
    .replace(/(:)(?=\/\/)|([@#])(?=\w)/g, '$1$2\u200b')
    .replace(/\bwww(?=\.)/gi, '$&\u200b')
  return text(broken || noNumber)
}

/** Text from elsewhere that is to be seen letter by letter. */
export function data(value: unknown, length?: number): InlineCode {
  return { type: 'inlineCode', value: cleanText(value, length) || ' ' }
}

/** A part that stands out. */
export function strong(...children: PhrasingContent[]): PhrasingContent {
  return { type: 'strong', children }
}

/** Some sentences. */
export function paragraph(...children: PhrasingContent[]): Paragraph {
  return { type: 'paragraph', children }
}

/** The headline of a summary. */
export function heading(...children: PhrasingContent[]): Root['children'][number] {
  return { type: 'heading', depth: 2, children }
}

/** A list of short entries. */
export function list(entries: readonly (readonly PhrasingContent[])[]): BlockContent {
  return {
    type: 'list',
    ordered: false,
    spread: false,
    children: entries.map((entry) => ({ type: 'listItem', spread: false, children: [paragraph(...entry)] })),
  }
}

/** A table with its names at the left and numbers at the right. */
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

/** The last line: what made it, and when it began. */
export function signature(startedAt: string, version: string | undefined): Paragraph {
  const moment = momentOf(startedAt)
  return paragraph(
    text('Sluice'),
    ...(version === undefined ? [] : [text(' '), prose(version, 40)]),
    ...(moment === undefined ? [] : [text(`, ${moment.text}`)]),
  )
}

/** GitHub Flavored Markdown, with all text escaped. */
export function markdownOf(children: Root['children']): string {
  return toMarkdown({ type: 'root', children }, { extensions: [gfmToMarkdown()], bullet: '-', listItemIndent: 'one' })
}
