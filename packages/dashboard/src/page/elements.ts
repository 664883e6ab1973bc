const focusable = '[tabindex], summary, a, button'
const shown = new WeakMap<HTMLElement, string>()

/** Fills elements with markup, by id. */
export function fillIn(view: Readonly<Record<string, { toString: () => string } | undefined>>): void {
  for (const [id, content] of Object.entries(view)) update(byId(id), content?.toString() ?? '')
}

/** Replaces the content of an element if it changed. Open details, scroll positions and focus are preserved. */
function update(element: HTMLElement, content: string): void {
  if (shown.get(element) === content) return
  shown.set(element, content)
  const open = Array.from(element.querySelectorAll('details'), (one) => one.open)
  const scrolled = Array.from(element.querySelectorAll('.scroll'), ({ scrollLeft, scrollTop }) => [
    scrollLeft,
    scrollTop,
  ])
  const focused = Array.from(element.querySelectorAll<HTMLElement>(focusable)).indexOf(
    document.activeElement as HTMLElement,
  )
  // Trusted markup, in which all external text is escaped.
  element.innerHTML = content
  for (const [index, one] of element.querySelectorAll('details').entries()) one.open = open[index] ?? false
  for (const [index, one] of element.querySelectorAll('.scroll').entries())
    one.scrollTo(...((scrolled[index] ?? [0, 0]) as [number, number]))
  if (focused !== -1) element.querySelectorAll<HTMLElement>(focusable)[focused]?.focus({ preventScroll: true })
}

/** Shows a text about the connection or the last control command. */
export function tell(text: string): void {
  byId('connection').textContent = text
}

export function byId<T extends HTMLElement = HTMLElement>(id: string): T {
  const element = document.getElementById(id)
  if (element === null) throw new Error(`the page has no element ${id}`)
  return element as T
}

/**
 * Opens the dialog of the page. With `action`, a button does that; Escape and another button close it. The focus returns
 * to the element that `opener` selects.
 */
export function openDialog(
  opener: string,
  title: string,
  content: { toString: () => string },
  action?: { readonly name: string; readonly run: () => void },
): void {
  const dialog = byId<HTMLDialogElement>('dialog')
  const button = byId('dialog-do')
  fillIn({ 'dialog-content': content })
  byId('dialog-title').textContent = title
  for (const one of dialog.querySelectorAll('details')) one.open = true
  button.hidden = action === undefined
  button.textContent = action?.name ?? ''
  button.onclick = () => {
    dialog.close()
    action?.run()
  }
  byId('dialog-close').textContent = action === undefined ? 'Close' : 'Cancel'
  byId('dialog-close').onclick = () => dialog.close()
  dialog.onclose = () => {
    // The button that has opened it may have been drawn anew meanwhile.
    if (document.activeElement === document.body) document.querySelector<HTMLElement>(opener)?.focus()
  }
  dialog.showModal()
}
