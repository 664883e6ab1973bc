// What runs in the page itself, where there is a document: only what is used of it is known here.

interface PageElement {
  readonly textContent: string
  getBoundingClientRect(): { readonly width: number; readonly height: number }
}

declare const document: {
  readonly documentElement: { readonly scrollWidth: number }
  querySelectorAll(selector: string): Iterable<PageElement>
}
declare const innerWidth: number

/** The width of the page and of its window, in pixels. */
export function widths(): { readonly page: number; readonly window: number } {
  return { page: document.documentElement.scrollWidth, window: innerWidth }
}

/** What can be pressed, and is lower than a thumb needs. */
export function smallTargets(least: number): string[] {
  return Array.from(
    document.querySelectorAll('a, button, input:not([type=hidden], [type=checkbox]), select, summary, label.tick'),
  )
    .map((element) => ({ element, box: element.getBoundingClientRect() }))
    .filter(({ box }) => box.width > 0 && box.height < least)
    .map(({ element, box }) => `${element.textContent.trim()}: ${box.height}`)
}
