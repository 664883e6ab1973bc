import { type Markup, markup } from '../text/markup.ts'
import { layout } from './layout.ts'
import type { PageContext } from './page-context.ts'

/** Says what went wrong, and how to go on. */
export function errorPage(context: PageContext, heading: string, message: string): Markup {
  return layout({
    context,
    heading,
    here: '/',
    content: [markup`<p class="empty">${message}</p>\n<p><a href="/">Back to the stories</a></p>\n`],
  })
}
