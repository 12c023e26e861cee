import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

const everything = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

/** The only rules whose outcome another theme can change. */
export const colours = ['color-contrast', 'link-in-text-block']

/** What axe finds on the page as it is now, or in a part of it, a line each. */
export async function findings(
  page: Page,
  only: string[] = everything,
  within?: string,
): Promise<string[]> {
  // Evaluated from outside: the page's own policy lets no script in that it doesn't know.
  const isThere = await page.evaluate(() => 'axe' in window)
  if (!isThere) await page.evaluate(axe)
  const { violations } = await page.evaluate(
    ({ runOnly, part }) =>
      // axe puts itself on the window; it has no other way in from here.
      (window as unknown as { axe: typeof import('axe-core') }).axe.run(part ?? document, {
        runOnly,
        resultTypes: ['violations'],
      }),
    { runOnly: only, part: within },
  )
  return violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(' ')).join(' | ')}`,
  )
}
