import { type DefaultTreeAdapterTypes, parse } from 'parse5'

type Node = DefaultTreeAdapterTypes.ChildNode | DefaultTreeAdapterTypes.Document
export type PageElement = DefaultTreeAdapterTypes.Element

/** A page as parsed by a browser. */
export interface ParsedPage {
  readonly elements: readonly PageElement[]
  /** Parse errors of the markup. */
  readonly problems: readonly string[]
  /** Returns all elements with this name. */
  all(name: string): readonly PageElement[]
}

/** Parses a page according to the HTML standard. */
export function parsePage(html: string): ParsedPage {
  const problems: string[] = []
  const document = parse(html, {
    sourceCodeLocationInfo: true,
    onParseError: ({ code, startLine }) => problems.push(`${code} in line ${startLine}`),
  })
  const elements: PageElement[] = []
  walk(document, elements)
  return { elements, problems, all: (name) => elements.filter(({ tagName }) => tagName === name) }
}

/** Text of an element, with whitespace collapsed. */
export function textOf(node: Node | undefined): string {
  if (node === undefined) return ''
  const raw = 'value' in node ? node.value : 'childNodes' in node ? node.childNodes.map(rawText).join('') : ''
  return raw.replace(/\s+/g, ' ').trim()
}

/** Value of an attribute. */
export function attribute({ attrs }: PageElement, name: string): string | undefined {
  return attrs.find((attr) => attr.name === name)?.value
}

/** Descendants of an element with this name. */
export function within(element: PageElement, name: string): PageElement[] {
  const elements: PageElement[] = []
  walk(element, elements)
  return elements.filter(({ tagName }) => tagName === name)
}

/** Cells of a table as text, row by row, the header first. */
export function cellsOf(table: PageElement): string[][] {
  return within(table, 'tr').map((row) =>
    row.childNodes.filter((cell) => cell.nodeName === 'th' || cell.nodeName === 'td').map((cell) => textOf(cell)),
  )
}

function rawText(node: Node): string {
  if ('value' in node) return node.value
  return 'childNodes' in node ? node.childNodes.map(rawText).join('') : ''
}

function walk(node: Node, elements: PageElement[]): void {
  if ('tagName' in node) elements.push(node)
  if ('childNodes' in node) for (const child of node.childNodes) walk(child, elements)
}
