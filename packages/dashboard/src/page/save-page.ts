/** Parts of the page that do nothing in a file. */
const useless = 'script, link, dialog, form, #controls, #connection, #time, #more, #save, button:not(.link)'

/** Saves what the page shows as one HTML file, without scripts, links and external resources. */
export function savePage(name: string): void {
  const copy = document.documentElement.cloneNode(true) as HTMLElement
  for (const element of copy.querySelectorAll(useless)) element.remove()
  // Their texts stay.
  for (const element of copy.querySelectorAll('main a, button')) element.replaceWith(...element.childNodes)
  const policy = document.createElement('meta')
  policy.httpEquiv = 'Content-Security-Policy'
  policy.content = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
  const style = document.createElement('style')
  const rules = Array.from(document.styleSheets, ({ cssRules }) => Array.from(cssRules, ({ cssText }) => cssText))
  style.textContent = rules.flat().join('\n')
  copy.querySelector('head')?.append(policy, style)
  const footer = copy.querySelector('footer p')
  if (footer !== null) footer.textContent = `Saved from the live page on ${new Date().toISOString()}.`
  const url = URL.createObjectURL(new Blob([`<!DOCTYPE html>\n${copy.outerHTML}`], { type: 'text/html' }))
  const link = document.createElement('a')
  link.href = url
  link.download = `${name.replace(/[^\p{L}\p{N}._-]+/gu, '-').slice(0, 80) || 'run'}.html`
  link.click()
  URL.revokeObjectURL(url)
}
