import Builder from 'fast-xml-builder'

/** What an element has: text, further elements by name, or attributes by `@name`; a list is the element several times. */
type XmlContent = string | XmlElement | readonly XmlContent[]

export interface XmlElement {
  readonly [name: string]: XmlContent
}

const builder = new Builder({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  format: true,
  suppressEmptyNode: true,
})

/** An XML document in UTF-8, everything in it escaped. */
export function xmlDocument(root: XmlElement): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${builder.build(root)}`
}
