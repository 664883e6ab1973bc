// Code that runs in the page. The types declare only the parts of the document that it uses.

interface PageElement {
  open: boolean
  readonly textContent: string
  readonly viewBox: { readonly baseVal: { readonly width: number } }
  getBoundingClientRect(): Box & { readonly width: number }
  querySelectorAll(selector: string): Iterable<PageElement>
}

declare const document: {
  readonly documentElement: { readonly scrollWidth: number }
  querySelectorAll(selector: string): Iterable<PageElement>
}
declare const innerWidth: number
declare function getComputedStyle(element: PageElement): { readonly fontSize: string }

interface Box {
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
}

/** A text in a drawing. */
export interface Label {
  readonly text: string
  /** Pixels of its letters. */
  readonly size: number
  readonly box: Box
}

/** Opens or closes all details. */
export function openDetails(isOpen: boolean): void {
  for (const details of document.querySelectorAll('details')) details.open = isOpen
}

/** The width of the page and of its window, in pixels. */
export function widthsOf(): { readonly page: number; readonly window: number } {
  return { page: document.documentElement.scrollWidth, window: innerWidth }
}

/** The texts of each drawing. */
export function labelsOfDrawings(): Label[][] {
  return Array.from(document.querySelectorAll('svg[role=img]'), (svg) => {
    const scale = svg.getBoundingClientRect().width / svg.viewBox.baseVal.width
    return Array.from(svg.querySelectorAll('text'), (text) => {
      const { left, right, top, bottom } = text.getBoundingClientRect()
      const size = Number.parseFloat(getComputedStyle(text).fontSize) * scale
      return { text: text.textContent, size, box: { left, right, top, bottom } }
    })
  })
}
