// Code that runs in the page. The types only declare the parts of the DOM that it uses.

interface PageElement {
  readonly textContent: string
  getBoundingClientRect(): { readonly width: number; readonly height: number }
  getClientRects(): { readonly length: number }
}

declare const document: {
  readonly documentElement: { readonly scrollWidth: number }
  querySelectorAll(selector: string): Iterable<PageElement>
}
declare const innerWidth: number

/** Width of the page and of its window, in pixels. */
export function widths(): { readonly page: number; readonly window: number } {
  return { page: document.documentElement.scrollWidth, window: innerWidth }
}

/** Texts with more lines than words. */
export function brokenWords(selector: string): string[] {
  return Array.from(document.querySelectorAll(selector))
    .filter((element) => element.getClientRects().length > element.textContent.trim().split(/\s+/).length)
    .map(({ textContent }) => textContent)
}

/** Controls lower than `least` pixels, except links in the text of an article. */
export function smallTargets(least: number): string[] {
  return Array.from(
    document.querySelectorAll(
      'a:not(.body a), button, input:not([type=hidden], [type=checkbox]), select, summary, label.tick',
    ),
  )
    .map((element) => ({ element, box: element.getBoundingClientRect() }))
    .filter(({ box }) => box.width > 0 && box.height < least)
    .map(({ element, box }) => `${element.textContent.trim()}: ${box.height}`)
}
