import { html, raw } from 'hono/html'

/** Markup that we have made: texts in it are escaped already. */
export type Markup = ReturnType<typeof raw>

/** What can stand in markup. Strings are escaped; `undefined` leaves nothing. */
export type Part = Markup | string | number | undefined | readonly Part[]

/** A piece of HTML, in which every string is escaped. */
export function markup(strings: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  // It is a promise only if one of the parts is.
  return html(strings, ...parts) as Markup
}

/** Text of our own that is markup already: constants only. */
export function trusted(text: string): Markup {
  return raw(text)
}
