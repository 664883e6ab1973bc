import { Parser } from 'htmlparser2'

/** Elements whose content a browser does not show. */
const unseen: ReadonlySet<string> = new Set(['script', 'style', 'template', 'noscript', 'iframe', 'object', 'title'])
/** Elements that do not part words. */
const inline: ReadonlySet<string> = new Set(
  'a abbr b bdi bdo cite code del dfn em font i ins kbd mark q s samp small span strong sub sup tt u var wbr'.split(
    ' ',
  ),
)
/** More markup than this is not looked at for a few sentences. */
const mostMarkup = 50_000

/** Characters that print nothing or turn the direction of others around. Joiners stay: emoji and scripts need them. */
const unprintable = /[\p{Cc}\u061C\u200E\u200F\u202A-\u202E\u2028\u2029\u2066-\u2069\uFEFF]/gu

/** Elements that people write in titles to format them; others are words about elements: `Use <dialog> now`. */
const formatting: ReadonlySet<string> = new Set([
  ...inline,
  'p',
  'div',
  'big',
  'strike',
  'nobr',
  'center',
  'script',
  'style',
])
/** Elements without an end. */
const single: ReadonlySet<string> = new Set(['br', 'img', 'hr', 'wbr'])

/** The text of a title in HTML: tags that format nothing, and those of one letter to which the other part is missing, are words of it. */
export function titleOfHtml(html: string): string {
  const head = html.slice(0, mostMarkup)
  const ends = new Set([...head.matchAll(/<\/([a-z][\w-]*)\s*>/gi)].map(([, name]) => name!.toLowerCase()))
  const plain = head.replaceAll(
    /<(\/?)([a-z][\w:.-]*)((?:\s[^<>]*)?\/?)>/gi,
    (tag, slash: string, name: string, rest: string) => {
      const lower = name.toLowerCase()
      const isMarkup =
        single.has(lower) || (formatting.has(lower) && (slash === '/' || ends.has(lower) || rest.includes('=')))
      return isMarkup ? tag : `&lt;${tag.slice(1)}`
    },
  )
  return textOfHtml(plain)
}

/** The words for the first image of a piece of HTML: its alternative text, or its title. */
export function imageText(html: string): string {
  let shown = ''
  const parser = new Parser({
    onopentag(name, { alt, title }) {
      if (name === 'img') shown ||= alt || title || ''
    },
  })
  parser.end(html.slice(0, mostMarkup))
  return shown
}

/** The text of a piece of HTML, references decoded, without what a browser does not show. */
export function textOfHtml(html: string): string {
  let text = ''
  let hidden = 0
  const parser = new Parser({
    onopentagname(name) {
      if (unseen.has(name)) hidden++
      else if (!inline.has(name)) text += ' '
    },
    ontext(data) {
      if (hidden === 0) text += data
    },
    onclosetag(name) {
      if (unseen.has(name)) hidden--
      else if (!inline.has(name)) text += ' '
    },
  })
  parser.end(html.slice(0, mostMarkup))
  return cleanText(text)
}

/** One line without control characters, direction marks and halves of characters; any run of white space is one space. */
export function cleanText(text: string): string {
  return text.toWellFormed().replace(unprintable, ' ').replace(/\s+/g, ' ').trim()
}

/** At most `longest` characters, cut between words where there are any. */
export function cutAtWord(text: string, longest: number): string {
  if (text.length <= longest) return text
  const room = text.slice(0, longest - 1)
  // The space may be the first character that has no room any more.
  const space = text[longest - 1] === ' ' ? longest - 1 : room.lastIndexOf(' ')
  const kept = space > longest / 2 ? room.slice(0, space) : room.replace(/[\uD800-\uDBFF]$/, '')
  return `${kept.trimEnd()}…`
}
