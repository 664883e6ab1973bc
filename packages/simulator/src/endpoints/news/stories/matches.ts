/**
 * Whether a text has what a query wants: all words and `"phrases"`, none after `NOT` or `-`, of several parts joined by
 * `OR` any one. Upper and lower case are the same.
 */
export function matches(query: string, text: string): boolean {
  const within = text.toLowerCase()
  return query.split(/(?<!\s)\s+OR\s+/).some((part) =>
    Array.from(part.matchAll(/(NOT\s+|-)?[+]?(?:"([^"]*)"|(\S+))/g)).every(([, not, phrase, word]) => {
      if (phrase === undefined && word === 'AND') return true
      return within.includes((phrase ?? word ?? '').toLowerCase()) === (not === undefined)
    }),
  )
}
