const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#x27;',
  '/': '&#x2F;',
}

/** Plain text as this API writes it into titles. */
export function escapedTitle(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character]!)
}

/** Plain text as this API writes it into texts: slashes too. */
export function escapedText(text: string): string {
  return text.replace(/[&<>"'/]/g, (character) => entities[character]!)
}
