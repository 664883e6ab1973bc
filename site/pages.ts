import { globSync } from 'node:fs'
import { join, posix } from 'node:path'

/** Root of the checkout. */
export const root: string = join(import.meta.dirname, '..')

/** Pages of the site: the Markdown files of the checkout that are for readers, from its root. */
export const pages: readonly string[] = globSync(
  ['*.md', 'docs/**/*.md', '{packages,apps}/*/README.md', 'examples/**/README.md'],
  { cwd: root },
)
  .map((page) => page.replaceAll('\\', '/'))
  .sort()

export interface SidebarGroup {
  readonly text: string
  readonly items: readonly { readonly text: string; readonly link: string }[]
}

/** Sidebar: the headings and links of `docs/README.md`, the one list of pages. */
export function sidebar(index: string): SidebarGroup[] {
  return index
    .split(/^## /m)
    .slice(1)
    .map((section) => ({
      text: section.slice(0, section.indexOf('\n')),
      items: Array.from(section.matchAll(/\[([^\]]+)\]\(([^)]+)\.md\)/g), ([, text = '', target = '']) => ({
        text: text.charAt(0).toUpperCase() + text.slice(1),
        link: `/${posix.join('docs', target)}`.replace(/\/README$/, '/'),
      })),
    }))
}

/** Anchor of a heading, as GitHub makes it. */
export function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-')
}

/** File of the checkout that a page links to and that is no page itself: source code, a Dockerfile. */
export function linkedFile(page: string, href: string): string | undefined {
  if (/^([a-z]+:|#|\/)/i.test(href) || /\.(md|html)(#|$)/.test(href)) return undefined
  return posix.join(posix.dirname(page), href.replace(/#.*/, ''))
}
