import axe, { type AxeResults } from 'axe-core'
import type { Page } from 'playwright-core'

type InPage = { readonly axe?: { run(options: object): Promise<AxeResults> } }

/** Violations that axe finds in the current state of a page. */
export async function violationsOf(page: Page): Promise<string[]> {
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(axe.source)
  return await page.evaluate(async () => {
    const { violations } = await (globalThis as InPage).axe!.run({ resultTypes: ['violations'] })
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(', ')}`)
  })
}
