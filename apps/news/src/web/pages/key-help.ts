import { type Markup, markup } from '../text/markup.ts'
import type { PageContext } from './page-context.ts'

/** What the script does with which key. */
const keys: readonly (readonly [readonly string[], string])[] = [
  [['j', 'n'], 'next story'],
  [['k', 'p'], 'story before'],
  [['o', 'Enter'], 'open the story, which marks it as read'],
  [['v'], 'open the original in a new tab, which marks it as read'],
  [['m'], 'mark as read or unread'],
  [['f'], 'star, or take the star away'],
  [['A'], 'mark this page as read'],
  [['/'], 'search'],
  [['R'], 'refresh'],
  [['g u'], 'unread stories'],
  [['g b'], 'starred stories'],
  [['g h'], 'stories that were read'],
  [['?'], 'this help'],
]

/** A dialog that only the script opens. */
export function keyHelp({ refresh }: PageContext): Markup {
  const known = keys.filter(([names]) => refresh !== undefined || !names.includes('R'))
  return markup`<dialog id="keys" aria-labelledby="keys-title">
<h2 id="keys-title">Keys</h2>
<dl>
${known.map(([names, meaning]) => markup`<div><dt>${names.map((name, index) => markup`${index === 0 ? '' : ' or '}<kbd>${name}</kbd>`)}</dt><dd>${meaning}</dd></div>\n`)}</dl>
<form method="dialog">
<label class="tick"><input type="checkbox" id="keys-on" checked> Keys are on</label>
<button>Close</button>
</form>
</dialog>`
}
